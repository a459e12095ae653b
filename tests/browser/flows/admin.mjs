// Administration: an account is found and closed, a day's hours are set and taken back, the packs tell their versions.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

const COMMUNE = "24682";
const ADMINISTRATOR = { role: "administrator", unit: COMMUNE };

const press = (page, button) => Promise.all([page.waitForNavigation(), button.click()]);

test("admin: an account is found by a name without marks, closed and opened again", async (visit) => {
  const page = await visit.open("/admin", ADMINISTRATOR);
  await press(page, page.locator("section[aria-labelledby=parts] a").first());
  await page.locator("#f-q").fill("xaydung4");
  await press(page, page.locator("main form button[type=submit]").first());
  const rows = page.locator("tbody tr");
  assert.equal(await rows.count(), 1);
  await press(page, rows.locator("a.btn").last());
  await visit.mustBeAccessible(page);
  await press(page, page.locator("main button.btn-danger, main form button[type=submit]").last());
  await page.goto(`/admin/accounts?unit=${COMMUNE}&state=closed`);
  assert.equal(await rows.count(), 1);
  await press(page, rows.locator("a.btn").last());
  await press(page, page.locator("main form button[type=submit]").last());
  await page.goto(`/admin/accounts?unit=${COMMUNE}&state=closed`);
  assert.equal(await page.locator(".th-empty").count(), 1);
});

test("admin: the hours of a day are set with a reason and taken back, and both stay on record", async (visit) => {
  const page = await visit.open("/admin/calendar", ADMINISTRATOR);
  const send = page.locator("section[aria-labelledby=set] button[type=submit]");
  await page.locator("#f-day").fill("09/8/2025");
  await page.locator("#f-hours").fill("07:30-11:30");
  await page.locator("#f-reason").fill("Mất điện theo kế hoạch");
  await press(page, send);
  // A Saturday: what was typed is still there.
  assert.equal(await page.locator(".th-summary").count(), 1);
  assert.equal(await page.locator("#f-reason").inputValue(), "Mất điện theo kế hoạch");
  await page.locator("#f-day").fill("20/8/2025");
  await press(page, send);
  const row = page.locator("section[aria-labelledby=decisions] tbody tr");
  assert.equal(await row.count(), 1);
  assert.ok((await row.innerText()).includes("07:30-11:30"));
  await visit.mustFit(page);
  await visit.mustBeAccessible(page);
  await visit.picture("decision", page);
  await press(page, row.locator("a.btn"));
  await page.locator("#f-reason").fill("Điện đã có lại");
  await press(page, page.locator("main form button[type=submit]").last());
  assert.ok((await row.innerText()).includes("Điện đã có lại"));
  assert.equal(await row.locator("a.btn").count(), 0);
});

test("admin: the packs tell which version holds and how many dossiers run under it", async (visit) => {
  const page = await visit.open("/admin/packs?q=1.004873", ADMINISTRATOR);
  const rows = page.locator("section[aria-labelledby=served] tbody tr");
  assert.equal(await rows.count(), 2);
  assert.ok(Number(await rows.first().locator("td").last().innerText()) > 0);
  assert.equal((await rows.last().locator("td").last().innerText()).trim(), "0");
});
