// A joined-up birth: filed online with one form, accepted at the counter, followed by its members.
import { strict as assert } from "node:assert";

import { answer } from "../lib/answer.mjs";
import { test } from "../lib/runner.mjs";

test("joined: one form starts the members, the counter enters what the police reports, the citizen sees each part", async (visit) => {
  const page = await visit.open("/submit/3.000722");
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
    assert.equal(await page.locator(".th-summary").count(), 0, `a mistake on ${page.url()}`);
  }
  await page.locator("input[name=pledge]").check();
  await page.locator("main form button.btn-primary").click();
  await page.waitForURL(/\/h\/[0-9a-f]{32}\/sent$/);
  const code = (await page.locator(".th-big bdi").innerText()).trim();
  const own = new URL(page.url()).pathname.replace(/\/sent$/, "");

  const officer = await visit.open(`/dossiers?q=${encodeURIComponent(code)}`, { role: "receptionist", unit: "24682" });
  const path = await officer.locator("tbody a[href^='/dossiers/']").first().getAttribute("href");
  await visit.go(officer, `${path}/accept`);
  for (const box of await officer.locator("input[name=present]").all()) await box.check();
  await Promise.all([officer.waitForNavigation(), officer.locator("main form button.btn-primary").click()]);
  await visit.go(officer, path);
  assert.equal(await officer.locator("section[aria-labelledby=members] li").count(), 3);

  await Promise.all([officer.waitForNavigation(), officer.locator("a[href*='/members/1']").click()]);
  await officer.locator("input[name=report][value=done]").check();
  await officer.locator("input[name=reference]").fill("TT-01/2025");
  await Promise.all([officer.waitForNavigation(), officer.locator("main form button.btn-primary").click()]);
  assert.ok((await officer.locator("section[aria-labelledby=members]").innerText()).includes("TT-01/2025"));

  const status = await visit.open(own);
  assert.ok((await status.locator("main").innerText()).includes("Công an cấp xã"));
});
