// What the browser prints of a page: the work and not its tools, and nothing that the sheet cuts off.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

// A4 upright between its margins, in CSS pixels.
const SHEET = { width: 718, height: 1050 };

test("printed: lists fit the sheet with every column, and my work is the list and not its preview", async (visit) => {
  const page = await visit.open("/work", { role: "chair", unit: "24682", size: SHEET });
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".th-item").first().isVisible(), "the list stands in a form and is printed all the same");
  assert.equal(await page.locator("#preview").isVisible(), false);
  for (const path of ["/work", "/dossiers", "/tasks", "/staff"]) {
    await page.goto(path);
    await visit.mustFit(page);
    const cut = await page.locator("main table").evaluateAll((tables, room) => tables.filter((table) => table.getBoundingClientRect().right > room + 1).length, SHEET.width);
    assert.equal(cut, 0, `${path} is cut off`);
  }
});
