// What the script adds to the components, on the gallery (/dev/gallery, debug builds only).
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

const GALLERY = "/dev/gallery";
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);

test("components: J, K and X move and choose in a work list, letters in a field are letters", async (visit) => {
  const page = await visit.open(GALLERY);
  const names = await page.locator("[data-list] .th-name").allInnerTexts();
  await page.locator("[data-list] .th-name").first().focus();
  await page.keyboard.press("j");
  assert.equal(await focused(page), names[1]);
  await page.keyboard.press("k");
  assert.equal(await focused(page), names[0]);
  await page.keyboard.press("x");
  assert.equal(await page.locator("[data-list] input:checked").count(), 1);
  await page.keyboard.press("/");
  await page.keyboard.type("jx?");
  assert.equal(await page.locator("#search").inputValue(), "jx?");
});

test("components: the question mark shows every key, Escape closes it", async (visit) => {
  const page = await visit.open(GALLERY);
  await page.locator("h1").click();
  await page.keyboard.press("?");
  await page.locator("dialog[open] #keys").waitFor();
  assert.ok((await page.locator("dialog kbd").count()) > 20);
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("components: mistakes take the focus when a form comes back", async (visit) => {
  const page = await visit.open(GALLERY);
  assert.equal(await page.evaluate(() => document.activeElement.className), "th-summary");
});

test("components: what is typed without a network is kept and comes back after a restart of the page", async (visit) => {
  const page = await visit.open(GALLERY);
  // A form sent back with mistakes holds what was typed itself; here the page is as at its first visit.
  const fresh = (route) => route.fetch().then(async (reply) => route.fulfill({
    response: reply,
    body: (await reply.text()).replace(/<div class="th-summary".*?<\/ul><\/div>/s, ""),
  }));
  await page.route(`**${GALLERY}`, fresh);
  await page.reload();
  await page.context().setOffline(true);
  await page.locator("#offline").waitFor();
  await page.locator("#f-name").fill("Điểu Xuân Thành");
  await page.locator("#f-secret").fill("never kept");
  await page.waitForFunction(() => Object.keys(localStorage).some((name) => name.startsWith("draft:")));
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes("never kept"));
  // The session has ended meanwhile: the server takes no draft, so the browser's copy is the only one.
  await page.route("**/drafts/**", (route) => route.fulfill({ status: 401 }));
  await page.context().setOffline(false);
  await page.reload();
  assert.equal(await page.locator("#f-name").inputValue(), "Điểu Xuân Thành");
  // The browser logs the request that the cut made fail; that is what was promised.
  visit.faults = visit.faults.filter((fault) => !fault.includes("ERR_INTERNET_DISCONNECTED"));
});

test("components: nothing on the gallery needs a script", async (visit) => {
  const page = await visit.open(GALLERY, { scripts: false });
  assert.ok(await page.locator("[data-list] a.th-name").first().isVisible());
  await page.locator("header details.th-menu > summary").click();
  assert.ok(await page.locator("header .th-menu-panel form").first().isVisible());
});
