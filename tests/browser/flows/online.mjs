// A citizen files online, the receptionist accepts, the citizen sees it.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

/** Answers whatever a page of the form asks: the first choice, a plausible text. */
async function answer(page) {
  for (const group of await page.locator("main fieldset:has(input[type=radio])").all()) {
    const chosen = await group.locator("input[type=radio]:checked").count();
    const first = group.locator("input[type=radio]").first();
    if (!chosen && (await first.isVisible())) await first.check();
  }
  for (const list of await page.locator("main select").all()) {
    if (await list.isVisible() && !(await list.inputValue())) await list.selectOption({ index: 1 });
  }
  for (const field of await page.locator("main input[type=text], main input:not([type]), main textarea").all()) {
    if (!(await field.isVisible()) || (await field.inputValue())) continue;
    const name = (await field.getAttribute("name")) || "";
    // What may be left out is left out: it asks for numbers and dates of its own.
    const optional = await field.evaluate((input) => [...input.closest("fieldset, div").querySelectorAll("label, legend")].some((label) => label.textContent.includes("(")));
    if (optional) continue;
    const value = name.endsWith("-day") ? "6" : name.endsWith("-month") ? "5" : name.endsWith("-year") ? "1996"
      : /phone/.test(name) ? "0900000001" : /_id$|id_number|identity/.test(name) ? "068190009001"
      : /email/.test(name) ? "" : /submitter/.test(name) ? "" : "Phan Thị Mẫu";
    if (value) await field.fill(value);
  }
}

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
