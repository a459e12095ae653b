// A citizen files online, the receptionist accepts, the citizen sees it.
import { strict as assert } from "node:assert";

import { answer } from "../lib/answer.mjs";
import { test } from "../lib/runner.mjs";

test("online: a citizen files without an account, the receptionist finds it, the citizen follows it", async (visit) => {
  const page = await visit.open("/");
  await page.locator("#f-q").fill("tinh trang hon nhan");
  await page.locator("#f-q").press("Enter");
  await page.locator("a[href*='1.004873']").click();
  await page.locator("form[action^='/submit/'] button").click();
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL(/\/who$/);
  for (let at = 0; at < 12 && !page.url().endsWith("/review"); at += 1) {
    if (page.url().endsWith("/papers")) {
      await page.locator("main a.btn-primary").click();
    } else {
      await answer(page);
      await page.locator("main form button.btn-primary").first().click();
    }
    await page.waitForLoadState();
    assert.equal(await page.locator(".th-summary").count(), 0, `a mistake on ${page.url()}`);
  }
  await page.locator("input[name=pledge]").check();
  await page.locator("main form button.btn-primary").click();
  await page.waitForURL(/\/h\/[0-9a-f]{32}\/sent$/);
  const code = (await page.locator(".th-big bdi").innerText()).trim();
  const own = page.url().replace(/\/sent$/, "");
  assert.ok(await page.locator("[role=img] svg").isVisible());

  const officer = await visit.open(`/dossiers?q=${encodeURIComponent(code)}`, { role: "receptionist", unit: "24682" });
  assert.ok((await officer.locator("main").innerText()).includes(code));

  const status = await visit.open(new URL(own).pathname);
  assert.ok((await status.locator("h1").innerText()).length > 5);
  assert.ok(await status.locator("a[href$='/withdraw']").isVisible());
});
