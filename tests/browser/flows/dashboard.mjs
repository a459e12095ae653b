// The dashboard: a leader reads a number, opens its rows, and the rows are as many.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

test("dashboard: the month of the reports, and every number of the first row opens a list", async (visit) => {
  const page = await visit.open("/dashboard?period=range&from=01/07/2025&to=04/08/2025", { role: "chair", unit: "24682" });
  const figures = await page.locator(".th-fig b").allInnerTexts();
  assert.deepEqual([figures[0], figures[1], figures[3]], ["402", "317", "85"]);
  const cards = await page.locator("a.th-fig").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.equal(cards.length, 5);
  for (const href of cards) {
    await visit.go(page, href);
    assert.ok((await page.locator("tbody tr").count()) > 0, href);
  }
});

test("dashboard: a province sorts its communes and leads into one, without JavaScript", async (visit) => {
  const page = await visit.open("/dashboard", { role: "provincial_leader", scripts: false });
  const table = page.locator("section[aria-labelledby=communes]");
  assert.equal(await table.locator("tbody tr").count(), 124);
  await Promise.all([page.waitForNavigation(), table.locator("thead a").nth(1).click()]);
  await Promise.all([page.waitForNavigation(), page.locator("section[aria-labelledby=communes] thead a").nth(1).click()]);
  assert.ok((await page.locator("section[aria-labelledby=communes] tbody tr").first().innerText()).includes("Thuận An"));
  await Promise.all([page.waitForNavigation(), page.locator("section[aria-labelledby=communes] tbody a").first().click()]);
  assert.ok((await page.locator("h1").innerText()).includes("Thuận An"));
});
