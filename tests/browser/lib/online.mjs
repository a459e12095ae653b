// A citizen files online, without an account: the whole way from the first page to the receipt.
import { strict as assert } from "node:assert";

import { answer } from "./answer.mjs";

/** Files the confirmation of marital status; gives the page that says so, the code, and the address of the receipt. */
export async function fileOnline(visit) {
  const page = await visit.open("/");
  await page.locator("#f-q").fill("tinh trang hon nhan");
  await page.locator("#f-q").press("Enter");
  await page.locator("a[href*='1.004873']").click();
  await page.locator("form[action^='/submit/'] button").click();
  return fill(page);
}

/** Goes on from the page that tells what is needed, answering whatever is asked. */
export async function fill(page) {
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL(/\/who$/);
  for (let at = 0; at < 16 && !page.url().endsWith("/review"); at += 1) {
    if (page.url().endsWith("/papers")) {
      await page.locator("main a.btn-primary").click();
    } else {
      await answer(page);
      await page.locator("main form button.btn-primary").first().click();
    }
    await page.waitForLoadState();
    const wrong = await page.locator(".th-summary").allInnerTexts();
    assert.deepEqual(wrong, [], `a mistake on ${page.url()}`);
  }
  await page.locator("input[name=pledge]").check();
  await page.locator("main form button.btn-primary").click();
  await page.waitForURL(/\/h\/[0-9a-f]{32}\/sent$/);
  const code = (await page.locator(".th-big bdi").innerText()).trim();
  const own = new URL(page.url()).pathname.replace(/\/sent$/, "");
  return { page, code, own };
}
