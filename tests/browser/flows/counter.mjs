// A receptionist's morning: births, a fee, a second dossier of one person, a supplement, all by keyboard and scanner.
import { strict as assert } from "node:assert";

import { BIRTH, accept, choose, emptyForm, fillIn, scan, tickPapers } from "../lib/counter.mjs";
import { test } from "../lib/runner.mjs";

const RECEPTIONIST = { role: "receptionist", unit: "24682" };
const FATHER = "067199000441|245000133|Điểu Krang|12031999|Nam|Thôn Thuận Sơn, Thuận An, Lâm Đồng|01072021";
const DAUGHTER = "068182000799|245000224|Ngô Thị Xuân|05061982|Nữ|Thôn Đức Sơn, Thuận An, Lâm Đồng|01072021";
const GROOM = "068173000792|245000325|Hồ Văn Bảy|05061973|Nam|Thôn Đức Sơn, Thuận An, Lâm Đồng|01072021";

const focused = (page) => page.evaluate(() => document.activeElement.name);
const isPdf = async (page, path) => {
  const answer = await page.request.get(path);
  return answer.ok() && (await answer.body()).subarray(0, 5).toString() === "%PDF-";
};

test("counter: a birth from a scanned card to the receipt; who comes twice is warned of", async (visit) => {
  const page = await visit.open("/counter", RECEPTIONIST);
  await emptyForm(page);
  assert.equal(await focused(page), "card", "the cursor waits for the scanner");
  await scan(page, FATHER);
  assert.equal(await page.locator("[name=applicant_born_on]").inputValue(), "12/03/1999");
  assert.equal(await focused(page), "procedure_search", "after the card comes the procedure");
  await choose(page, "khai sinh", "1.001193");
  await tickPapers(page);
  assert.equal(await page.locator("[name=source_declaration]").inputValue(), "paper");

  // Pressed too early: every mistake names its field, and its link leads there.
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Control+Enter")]);
  const told = page.locator(".th-summary a", { hasText: "Người được khai sinh – Họ, chữ đệm, tên" });
  assert.equal(await told.count(), 1, await page.locator(".th-summary").innerText());
  await told.click();
  assert.equal(await focused(page), "form_child_name");
  assert.equal(await page.locator("[name=form_child_nationality]").inputValue(), "Việt Nam");

  await fillIn(page, BIRTH);
  // Answers ask for two papers more.
  await page.locator("[name='component_birth-notice']").waitFor();
  await page.locator("[name='component_marriage']").waitFor();
  await tickPapers(page);
  // Who leaves the page finds everything again.
  await page.locator("[data-draft-status]", { hasText: /\d\d:\d\d/ }).waitFor();
  await page.goto("/work");
  await page.goto("/counter");
  await page.waitForLoadState("networkidle");
  assert.equal(await page.locator("[name=form_father_name]").inputValue(), "Điểu Krang");
  assert.equal(await page.locator("[name='component_marriage']").isChecked(), true);

  const { path } = await accept(page);
  assert.equal(await focused(page), "card", "ready for the next");
  assert.equal(await page.locator(".th-note-ok a[href$='/transfer']").count(), 1, "the way on");
  assert.ok(await isPdf(page, await page.locator(".th-note-ok a[href^='/slips/']").getAttribute("href")));
  await page.goto(path);
  await page.locator("details:has(> summary.card-header)").last().locator("summary").click();
  assert.ok((await page.locator("main").innerText()).includes("30/7/2025"), "the declaration in words");

  await emptyForm(page);
  await scan(page, FATHER);
  await choose(page, "1.001193", "1.001193");
  await page.locator("#promise .th-note-warn", { hasText: "Hôm nay người này đã nộp" }).waitFor();
  await visit.mustBeAccessible(page);
});

test("counter: an extract with its fee, taken and found in the list of the day", async (visit) => {
  const page = await visit.open("/counter", RECEPTIONIST);
  await emptyForm(page);
  await scan(page, DAUGHTER);
  await choose(page, "2.000635", "2.000635");
  await tickPapers(page);
  await fillIn(page, {
    requester_relation: "self",
    subject_name: "Ngô Thị Xuân",
    event: "birth",
    registered_at: "xã Thuận An",
    copies: "2",
  });
  await page.locator("#promise .th-kv-money", { hasText: "16.000 đ" }).waitFor();
  const { code } = await accept(page);
  await Promise.all([page.waitForNavigation(), page.locator(".th-note-ok a[href$='/fee']").click()]);
  await page.waitForLoadState("networkidle"); // the table of keys has come
  await visit.mustFit(page);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Control+Enter")]);
  assert.ok(await isPdf(page, await page.locator("a[href^='/receipts/'][href$='.pdf']").first().getAttribute("href")));
  await page.goto("/fees");
  const line = page.locator("tbody tr", { hasText: code });
  assert.ok((await line.innerText()).replace(/\s/g, " ").includes("16.000 đ"));
});

test("counter: what is missing is asked for once, with F8, on Form 02", async (visit) => {
  const page = await visit.open("/counter", RECEPTIONIST);
  await emptyForm(page);
  await scan(page, GROOM);
  await choose(page, "1.004873", "1.004873");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("F8")]);
  assert.match(await page.locator("[name=items]").inputValue(), /Tờ khai/);
  await page.waitForLoadState("networkidle");
  // A supplement without a reason is none.
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Control+Enter")]);
  assert.equal(await page.locator(".th-summary").count(), 1);
  await page.locator("[name=reason]").fill("Chưa có tờ khai.");
  await page.waitForLoadState("networkidle");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Control+Enter")]);
  const said = page.locator(".th-note-warn", { hasText: "Hồ Văn Bảy" });
  assert.ok(await isPdf(page, await said.locator("a[href^='/slips/']").getAttribute("href")));
  await Promise.all([page.waitForNavigation(), said.locator("a[href^='/dossiers/']").first().click()]);
  assert.ok((await page.locator("main .th-title, main").first().innerText()).includes("bổ sung"));
});

test("counter: a session that ended under a form takes nothing away; after signing in again it stands there", async (visit) => {
  const page = await visit.open("/counter?procedure=1.004873", RECEPTIONIST);
  const name = page.locator('input[name="applicant_name"]');
  await name.waitFor();
  await page.context().clearCookies();
  await name.fill("Nguyễn Thị Thử Phiên");
  await Promise.all([page.waitForURL(/sign-in\?ended=1/), page.keyboard.press("Control+Enter")]);
  await page.locator(".th-note", { hasText: "Phiên làm việc đã hết" }).waitFor();
  const account = visit.site.account(RECEPTIONIST.role, RECEPTIONIST.unit);
  await page.locator('input[autocomplete="username"]').fill(account.user);
  await page.locator('input[type="password"]').fill(account.password);
  await Promise.all([page.waitForURL(/\/counter/), page.locator('main form button[type="submit"]').first().click()]);
  await page.locator('input[name="applicant_name"][value="Nguyễn Thị Thử Phiên"]').waitFor();
});

test("counter: what is on its way when the page is left is no broken network", async (visit) => {
  const page = await visit.open("/counter", RECEPTIONIST);
  await emptyForm(page);
  // Neither is ever answered: the one is asked for before the page is left, the other while the next one is on its way.
  const asked = page.waitForRequest("**/counter/procedures*");
  await page.route("**/queue/strip*", () => {});
  await page.route("**/counter/procedures*", () => {});
  await page.route("**/work", async (route) => {
    await asked;
    await route.continue();
  });
  await page.reload();
  await page.evaluate(() => {
    addEventListener("beforeunload", () => setTimeout(() => {
      const search = document.querySelector("[name=procedure_search]");
      search.value = "khai";
      search.dispatchEvent(new Event("input", { bubbles: true }));
    }, 20));
  });
  await page.locator("a[href='/work']").first().click();
  await page.waitForURL("**/work");
});
