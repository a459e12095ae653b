// The express lane: three in a row by keyboard alone, and what it does without a script.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

const COMMUNE = "24682";
const CARD = "067199000421|245000123|Điểu Krang|12031999|Nam|Thôn Thuận Sơn, Thuận An, Lâm Đồng|01072021";
const focused = (page) => page.evaluate(() => document.activeElement.id);
const shown = async (page) => (await page.locator("#fee b").innerText()).replace(/\s/g, " ");
const numbers = (page) => page.locator("#today ~ * tbody th, section[aria-labelledby=today] tbody th").allInnerTexts();

test("express: three are booked in a row by keyboard alone", async (visit) => {
  const page = await visit.open("/express?fresh=1", { role: "receptionist", unit: COMMUNE });
  await visit.mustFit(page);
  await visit.mustBeAccessible(page);
  const before = (await numbers(page)).length;
  const keys = page.keyboard;
  const goes = (act) => Promise.all([page.waitForNavigation(), act()]);

  // The first: the scanner types the card and ends with Enter; the cursor goes on to the paper.
  assert.equal(await focused(page), "f-card");
  await keys.type(CARD);
  await keys.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "f-title-0");
  assert.equal(await page.locator("#f-applicant-name").inputValue(), "Điểu Krang");
  await keys.type("Bảng điểm đại học");
  await keys.press("Enter");
  await keys.type("6");
  await keys.press("Enter");
  await keys.type("3");
  await page.waitForFunction(() => document.querySelector("#fee b").textContent.includes("24"));
  assert.equal(await shown(page), "24.000 đ", "the fee follows what is typed");
  await keys.press("Shift+Enter");
  assert.equal(await focused(page), "f-pages-0");
  await keys.press("Enter");
  await goes(() => keys.press("Enter"));
  assert.ok((await page.locator(".th-note-ok").first().innerText()).includes("SCT/BS"));

  // The second: no card, a name only; two papers, the second one added by the plus key; F10 books.
  assert.equal(await focused(page), "f-card");
  await keys.press("Enter");
  assert.equal(await focused(page), "f-applicant-name");
  await keys.type("Phan Thị Mẫu");
  await keys.press("Enter");
  await keys.type("Giấy khai sinh");
  await keys.press("Enter");
  await keys.press("+");
  await page.waitForFunction(() => document.activeElement.id === "f-title-1");
  await keys.type("Học bạ THPT");
  await keys.press("Enter");
  await keys.type("28");
  await keys.press("Enter");
  await keys.type("2");
  await page.waitForFunction(() => document.querySelector("#fee b").textContent.includes("62"));
  await goes(() => keys.press("F10"));

  // The third: a mistake keeps what was typed.
  await keys.press("Enter");
  await keys.type("Y Thắng Niê");
  await keys.press("Enter");
  await keys.press("Enter");
  await keys.press("Enter");
  await goes(() => keys.press("Enter"));
  assert.equal(await page.locator(".th-summary").count(), 1);
  assert.equal(await page.locator("#f-applicant-name").inputValue(), "Y Thắng Niê");
  await page.locator("#f-title-0").focus();
  await keys.type("Căn cước công dân");
  await keys.press("Enter");
  await keys.press("Enter");
  await goes(() => keys.press("Enter"));
  const after = (await numbers(page)).map((text) => Number(text.replace(/\D/g, "")));
  assert.equal(after.length, before + 4);
  assert.deepEqual(after.slice(0, 4), [0, 1, 2, 3].map((less) => after[0] - less), "numbers without a gap");
  await visit.picture("booked", page);
});

test("express: without a script the fee stands in what comes back, and it is booked", async (visit) => {
  const page = await visit.open("/express?fresh=1", { role: "receptionist", unit: COMMUNE, scripts: false });
  await page.locator("#f-applicant-name").fill("Bùi Công Minh");
  await page.locator("#f-title-0").fill("Hợp đồng lao động");
  await page.locator("#f-pages-0").fill("9");
  await page.locator("#f-copies-0").fill("2");
  await Promise.all([page.waitForNavigation(), page.locator("#f-copies-0").press("Enter")]);
  assert.equal(await shown(page), "22.000 đ");
  await Promise.all([page.waitForNavigation(), page.locator('button[value="book"]').click()]);
  assert.ok((await page.locator(".th-note-ok").first().innerText()).includes("Bùi Công Minh"));
});

test("registers: an entry is found, struck out with a reason, and stays in the book", async (visit) => {
  const page = await visit.open("/express?fresh=1", { role: "receptionist", unit: COMMUNE });
  const name = "Lý Thị Sáo";
  await page.locator("#f-applicant-name").fill(name);
  await page.locator("#f-title-0").fill("Sổ bảo hiểm xã hội");
  await Promise.all([page.waitForNavigation(), page.locator('button[value="book"]').click()]);
  // The new page asks for its fee at once; who leaves before the answer makes the browser complain.
  await page.waitForLoadState("networkidle", { timeout: 5000 }).catch(() => {});
  await page.goto("/registers/certified-copy/2025?q=ly+thi+sao");
  assert.ok((await page.locator("tbody").innerText()).includes(name));
  await Promise.all([page.waitForNavigation(), page.locator("tbody th a").first().click()]);
  await Promise.all([page.waitForNavigation(), page.locator('a[href$="/strike"]').click()]);
  await visit.mustFit(page);
  await visit.mustBeAccessible(page);
  await page.locator("textarea").fill("Nhầm giấy tờ");
  await Promise.all([page.waitForNavigation(), page.locator("main form button[type=submit]").click()]);
  assert.ok((await page.locator("main").innerText()).includes("Nhầm giấy tờ"));
  await visit.picture("struck", page);
});
