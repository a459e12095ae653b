// The queue: a number on a phone, called with F2 at a window, live on the display; and all of it without a script.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";
import { PHONE } from "../lib/site.mjs";

const COMMUNE = "24682";

async function takeNumber(visit, line, options = {}) {
  const page = await visit.open(`/q/${COMMUNE}`, { size: PHONE, ...options });
  await Promise.all([page.waitForNavigation(), page.locator(`button[name=service][value=${line}]`).click()]);
  return page;
}

async function sit(page, number) {
  const button = page.locator("section[aria-labelledby=windows] li").nth(number - 1).locator("button");
  if ((await page.locator("#hand").innerText()).includes(`Quầy ${number}`)) return;
  await Promise.all([page.waitForNavigation(), button.click()]);
}

test("queue: a number taken on a phone is called with F2, and phone and display change by themselves", async (visit) => {
  const phone = await takeNumber(visit, "results");
  const code = await phone.locator("h1 b").innerText();
  assert.match(code, /^E\d{3}$/);
  const wall = await visit.open(`/q/${COMMUNE}/display`);
  const desk = await visit.open("/queue", { role: "receptionist", unit: COMMUNE });
  await sit(desk, 1);
  for (let tries = 0; tries < 20; tries += 1) {
    await Promise.all([desk.waitForNavigation(), desk.keyboard.press("F2")]);
    if ((await desk.locator("section[aria-labelledby=hand] .th-ticket").allInnerTexts()).includes(code)) break;
  }
  // Nobody loads these pages again.
  await phone.locator("#standing", { hasText: "Mời ông/bà đến quầy 1" }).waitFor();
  await wall.locator(".th-wall-list b", { hasText: code }).waitFor();
  await visit.picture("display", wall);
  await visit.mustBeAccessible(phone);
  // The same key works at the counter, where the number in hand stands beside it.
  await desk.goto("/counter");
  await desk.locator(".th-title", { hasText: code }).waitFor();
  await Promise.all([desk.waitForNavigation(), desk.locator(".th-title [data-key=counter-next]").waitFor().then(() => desk.keyboard.press("F2"))]);
  await phone.locator("#standing", { hasText: "Đã xong" }).waitFor();
});

test("queue: letters on the display are readable from five metres", async (visit) => {
  const wall = await visit.open(`/q/${COMMUNE}/display`);
  // A screen of 43 inches is 95 cm wide; letters of 2.5 cm are read from five metres (1 to 200).
  const share = await wall.locator(".th-wall-list b").first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize) / innerWidth);
  assert.ok(share * 0.7 * 95 >= 2.5, `letters are ${share * 0.7 * 95} cm high`);
  assert.equal(await wall.locator("[data-sound]").getAttribute("aria-pressed"), "false");
});

test("queue: taken, called, put back and served without JavaScript", async (visit) => {
  const phone = await takeNumber(visit, "land", { scripts: false });
  const code = await phone.locator("h1 b").innerText();
  const desk = await visit.open("/queue", { role: "receptionist", unit: COMMUNE, scripts: false });
  if ((await desk.locator("section[aria-labelledby=hand] button[value=serve]").count()) > 0) {
    await Promise.all([desk.waitForNavigation(), desk.locator("button[value=serve]").click()]);
  }
  await sit(desk, 1);
  await Promise.all([desk.waitForNavigation(), desk.locator(`tr:has-text("${code}") button`).click()]);
  await phone.reload();
  assert.ok((await phone.locator("#standing").innerText()).includes("Mời ông/bà đến quầy 1"));
  await Promise.all([desk.waitForNavigation(), desk.locator("button[value=put_back]").click()]);
  await Promise.all([desk.waitForNavigation(), desk.locator(`tr:has-text("${code}") button`).click()]);
  await Promise.all([desk.waitForNavigation(), desk.locator("button[value=serve]").click()]);
  await phone.reload();
  assert.ok((await phone.locator("#standing").innerText()).includes("Đã xong"));
});
