// A handler's and a leader's day: a birth goes from the counter to the certificate in the hands of who was sent for it.
import { strict as assert } from "node:assert";

import { BIRTH, accept, choose, emptyForm, fillIn, scan, tickPapers } from "../lib/counter.mjs";
import { test } from "../lib/runner.mjs";

const UNIT = "24682";
// A child is registered once, so this one is nobody else's.
const CHILD = "Điểu Thị Lành";
const FATHER = "067199000461|245000153|Điểu Krang|12031999|Nam|Thôn Thuận Sơn, Thuận An, Lâm Đồng|01072021";

const send = (page) => page.locator("main form [data-key=finish]").click();

/** Presses the main button of a dossier's page, then fills in and sends what is asked. */
async function act(page, action, fields = {}) {
  const link = page.locator(`main aside a[href$="/${action}"]`).first();
  await Promise.all([page.waitForNavigation(), link.click()]);
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(value);
  await Promise.all([page.waitForNavigation(), send(page)]);
  assert.match(page.url(), new RegExp(`done=${action}`), await page.locator("main").innerText());
}

/** Whose work a dossier is now, and the dossier opened from his list. */
async function openFromWork(visit, role, code) {
  const known = visit.site.accounts.filter((account) => account.role === role && account.unit === UNIT);
  for (const { user } of known) {
    const page = await visit.open("/work?kind=dossier", { role, unit: UNIT, user });
    const row = page.locator(".th-item", { hasText: code });
    if (!(await row.count())) continue;
    await Promise.all([page.waitForNavigation(), row.locator("a.th-name").click()]);
    return page;
  }
  return undefined;
}

/** A birth received at the counter. */
async function received(desk, child) {
  await emptyForm(desk);
  await scan(desk, FATHER);
  await choose(desk, "1.001193", "1.001193");
  await fillIn(desk, { ...BIRTH, child_name: child });
  await desk.locator("[name='component_marriage']").waitFor();
  await tickPapers(desk);
  return accept(desk);
}

async function counted(page) {
  const words = await page.locator(".th-side a[href='/work'] .th-count").allInnerTexts();
  return Number((words[0] || "0").match(/\d+/)[0]);
}

test("handler: a birth from the counter to the hand of a proxy, once sent back", async (visit) => {
  const desk = await visit.open("/counter", { role: "receptionist", unit: UNIT });
  const { code, path } = await received(desk, CHILD);
  const before = await counted(desk);
  await Promise.all([desk.waitForNavigation(), desk.locator(".th-note-ok a[href$='/transfer']").click()]);
  await Promise.all([desk.waitForNavigation(), send(desk)]);
  assert.equal(await counted(desk), before - 1, "the navigation counts one less");
  // It goes to whoever has least to do.
  const handler = await openFromWork(visit, "justice_officer", code);
  assert.ok(handler, "an officer who can sign in has it");
  assert.ok((await handler.locator("section:has(#deadline)").innerText()).includes("trả trong ngày"), "why it is due when it is");
  assert.equal(await handler.locator("main aside .btn-primary").innerText(), "Ghi kết quả thẩm định");
  await act(handler, "appraise", { finding: "Khớp giấy chứng sinh." });
  // What nobody has written cannot be submitted: the draft comes first, and for a birth it is the entry.
  await handler.waitForLoadState("networkidle"); // the table of keys has come
  await Promise.all([handler.waitForNavigation(), handler.keyboard.press("e")]);
  assert.ok(handler.url().endsWith("/entry"));
  assert.equal(await handler.locator("[name=child_name]").inputValue(), CHILD);
  await Promise.all([handler.waitForNavigation(), handler.locator("main form button.btn-primary").click()]);
  await act(handler, "submit");

  const chair = await openFromWork(visit, "chair", code);
  await act(chair, "send_back", { reason: "Ghi rõ tên cơ sở y tế." });
  await handler.goto(path);
  assert.ok((await handler.locator("main").innerText()).includes("Ghi rõ tên cơ sở y tế."), "the reason stands in the trail");
  await act(handler, "submit");
  await chair.goto(path);
  await act(chair, "approve");
  const clerk = await openFromWork(visit, "clerk", code);
  await act(clerk, "issue");

  // The result goes to somebody else only with a letter of authority.
  await desk.goto(path);
  await Promise.all([desk.waitForNavigation(), desk.locator("main aside a[href$='/return']").click()]);
  await desk.locator("[name=capacity][value=authorised]").check();
  await desk.locator("[name=collector_name]").fill("Điểu Thị Lan");
  await Promise.all([desk.waitForNavigation(), send(desk)]);
  assert.equal(await desk.locator(".th-summary a").count(), 1, "asked for the letter");
  await desk.locator("[name=authorisation]").fill("Giấy ủy quyền số 12 ngày 04/8/2025");
  await Promise.all([desk.waitForNavigation(), send(desk)]);
  const end = await desk.locator("main").innerText();
  assert.ok(end.includes("Đã trả kết quả") && end.includes("Người nhận: Điểu Thị Lan · Giấy ủy quyền số 12"), end);
  const pdf = await desk.request.get(`${path}/result.pdf`);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  // The entry stands in the book of births.
  await handler.goto(`/registers/civil/birth?q=${encodeURIComponent(CHILD)}`);
  assert.ok((await handler.locator("tbody").innerText()).includes(CHILD));
});
