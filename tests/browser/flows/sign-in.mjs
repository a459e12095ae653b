import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

test("sign in: every demo account gets in and sees its own start page", async (visit) => {
  for (const account of visit.site.accounts) {
    const page = await visit.open("/", account);
    assert.equal(await page.locator("h1").count(), 1, `${account.user}: one heading`);
    await page.context().close();
  }
});

test("sign in: works without JavaScript", async (visit) => {
  visit.site.cookies.clear();
  const page = await visit.open("/", { role: visit.site.accounts[0].role, scripts: false });
  assert.equal(await page.locator("h1").count(), 1);
});
