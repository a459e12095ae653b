// My work: a leader goes through the list by keyboard, chooses, looks over and approves; what was done is said.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

test("my work: the chair chooses two by keyboard, looks them over and approves them", async (visit) => {
  const page = await visit.open("/work?kind=dossier", { role: "chair", unit: "24682" });
  const rows = page.locator(".th-item");
  const before = await rows.count();
  assert.ok(before > 2, `${before} rows`);
  const pane = page.locator("#preview .th-kv");
  const first = await pane.innerText();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.waitForFunction((text) => document.querySelector("#preview .th-kv")?.innerText !== text, first);
  await Promise.all([page.waitForNavigation(), page.click("button[name=act][value=approve]")]);
  assert.equal(await page.locator("tbody input[type=checkbox]:checked").count(), 2);
  await Promise.all([page.waitForNavigation(), page.click("main button.btn-primary")]);
  assert.match(page.url(), /done=approve&count=2/);
  assert.equal(await page.locator(".th-item").count(), before - 2);
});

test("my work: an approval without JavaScript says what was done and leads on", async (visit) => {
  const page = await visit.open("/work?kind=dossier", { role: "chair", unit: "24682", scripts: false });
  await Promise.all([page.waitForNavigation(), page.locator(".th-item a.th-name").first().click()]);
  await Promise.all([page.waitForNavigation(), page.locator("a[href$='/approve']").click()]);
  await Promise.all([page.waitForNavigation(), page.click("main button.btn-primary")]);
  assert.match(page.url(), /done=approve/);
  assert.equal(await page.locator(".th-note-ok a[href='/work']").count(), 1);
});
