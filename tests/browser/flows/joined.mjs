// A joined-up birth: filed online with one form, accepted at the counter, followed by its members.
import { strict as assert } from "node:assert";

import { fill } from "../lib/online.mjs";
import { test } from "../lib/runner.mjs";

test("joined: one form starts the members, the counter enters what the police reports, the citizen sees each part", async (visit) => {
  const { code, own } = await fill(await visit.open("/submit/3.000722"));

  const officer = await visit.open(`/dossiers?q=${encodeURIComponent(code)}`, { role: "receptionist", unit: "24682" });
  const path = await officer.locator("tbody a[href^='/dossiers/']").first().getAttribute("href");
  await visit.go(officer, `${path}/accept`);
  for (const box of await officer.locator("input[name=present]").all()) await box.check();
  // What the citizen claimed for the fee, the officer grants by the paper that he saw.
  const granted = officer.locator("[name=exemption_reason]");
  if (await granted.count()) await granted.fill("Thẻ bảo hiểm xã hội đã xem");
  await Promise.all([officer.waitForNavigation(), officer.locator("main form button.btn-primary").click()]);
  const wrong = await officer.locator(".th-summary").allInnerTexts();
  assert.deepEqual(wrong, [], "the counter accepts");
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
