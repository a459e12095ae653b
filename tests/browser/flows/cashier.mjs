// A cashier's evening: what is due is taken, a receipt is voided with its reason, the day is closed and printed.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

const CASHIER = { role: "cashier", unit: "24682" };

const words = async (part) => (await part.innerText()).replace(/\s+/g, " ");
const send = (page, button) => Promise.all([page.waitForNavigation(), button.click()]);

/** Takes in cash what the first of the dossiers still owes; gives the code and the amount in đồng. */
async function take(page) {
  await page.goto("/fees");
  const line = page.locator(".card:has(#owing) li").first();
  const code = (await line.locator("a").innerText()).trim();
  await send(page, line.locator("a"));
  const due = await words(page.locator("button[value=cash]").locator("xpath=ancestor::section").first());
  await send(page, page.locator("button[value=cash]"));
  assert.match(page.url(), /done=take/);
  return { code, due: Number(due.match(/([\d.]+) đ/)[1].replaceAll(".", "")) };
}

async function printed(page) {
  const link = page.locator(".th-note-ok a[href^='/fees/closings/'][href$='.pdf']");
  const answer = await page.request.get(await link.getAttribute("href"));
  assert.equal((await answer.body()).subarray(0, 5).toString(), "%PDF-");
}

test("cashier: an evening with a voided receipt and two closings, one of which does not fit", async (visit) => {
  const page = await visit.open("/fees?day=31/2/2025", CASHIER).catch((refused) => refused);
  assert.ok(page instanceof Error, "a day that is none is told");
  const desk = await visit.open("/fees", CASHIER);
  // What the counter took before, in the flows of others, is closed first.
  const before = desk.locator("form[action='/fees/close'] button[type=submit]");
  if (await before.count()) await send(desk, before);

  const kept = await take(desk);
  const wrong = await take(desk);
  await send(desk, desk.locator("main a[href$='/void'][href^='/receipts/']").first());
  assert.match(await words(desk.locator("h1")), /\d{7}, [\d.]+ đ\?$/, "which receipt, and how much");
  await send(desk, desk.locator("main button[type=submit]"));
  assert.equal(await desk.locator(".th-summary").count(), 1, "no voiding without a reason");
  await desk.locator("[name=reason]").fill("Thu nhầm hồ sơ, đã trả lại tiền ngay");
  await send(desk, desk.locator("main button[type=submit]"));

  await desk.goto("/fees");
  await visit.mustFit(desk);
  const row = desk.locator("tbody tr", { hasText: wrong.code });
  assert.match(await words(row), /Đã hủy/);
  assert.ok(await row.locator("s").isVisible(), "struck out, and still there");
  // Every column of the day is seen without scrolling sideways.
  assert.ok(await desk.locator(".th-scroll").first().evaluate((part) => part.scrollWidth <= part.clientWidth));

  // Counted too little: the list wants to know why, and keeps what was typed.
  await desk.locator("[name=counted]").fill(String(kept.due - 1000));
  await send(desk, desk.locator("form[action='/fees/close'] button[type=submit]"));
  assert.equal(await desk.locator(".th-summary a[href='#f-note']").count(), 1);
  assert.equal(await desk.locator("[name=counted]").inputValue(), String(kept.due - 1000));
  await visit.mustBeAccessible(desk);
  await desk.locator("[name=note]").fill("Trả thừa tiền lẻ, thủ quỹ bù");
  await send(desk, desk.locator("form[action='/fees/close'] button[type=submit]"));
  await printed(desk);
  assert.match(await words(desk.locator("section:has(#closings) li").first()), /Trả thừa tiền lẻ/);

  // What is taken afterwards stands on a second list; counted right, it asks nothing.
  const late = await take(desk);
  await desk.goto("/fees");
  await desk.locator("[name=counted]").fill(String(late.due));
  await send(desk, desk.locator("form[action='/fees/close'] button[type=submit]"));
  await printed(desk);
  assert.equal(await desk.locator("form[action='/fees/close']").count(), 0, "nothing is left to close");
});
