// An identity provider: an officer links his account, comes in without a password, and the link is taken away.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";
import { PHONE } from "../lib/site.mjs";

const CLERK = { role: "clerk", unit: "24682" };
const ADMINISTRATOR = { role: "administrator", unit: "24682" };
const NAME = "tài khoản công vụ của tỉnh";

const press = (page, button) => Promise.all([page.waitForNavigation(), button.click()]);

/** Presses the button here; the page that leads to the provider is left by itself. */
async function leave(visit, page, button) {
  visit.mayAsk = visit.site.provider;
  await button.click();
  await page.waitForURL(`${visit.site.provider}/**`);
}

/** Says at the provider who one is, and is sent back. */
async function answer(visit, page, subject) {
  await page.locator("input[name=sub]").fill(subject);
  await page.locator("button").first().click();
  await page.waitForURL(`${visit.site.url}/**`);
}

const other = (page) => page.locator('form[action="/sign-in/provider"] button');

test("provider: a link is made with the password and the proof, opens the door, and is taken away", async (visit) => {
  if (!visit.site.provider) return;
  const page = await visit.open("/settings/provider", CLERK);
  await visit.mustBeAccessible(page);
  await page.locator("#f-password").fill("not the password");
  await press(page, page.locator('form[action="/settings/provider"] button'));
  assert.equal(await page.locator(".th-summary").count(), 1);
  await page.locator("#f-password").fill(visit.site.account(CLERK.role, CLERK.unit).password);
  await leave(visit, page, page.locator('form[action="/settings/provider"] button'));
  await answer(visit, page, "van-thu-1");
  assert.match(page.url(), /\/settings\/provider\?done=linked$/);
  assert.ok((await page.locator("tbody").innerText()).includes("van-thu-1"));
  await visit.mustBeAccessible(page);
  await visit.picture("linked", page);

  const phone = await visit.open("/sign-in?next=%2Fdossiers", { size: PHONE });
  await visit.mustFit(phone);
  await leave(visit, phone, other(phone));
  await answer(visit, phone, "van-thu-1");
  assert.equal(new URL(phone.url()).pathname, "/dossiers");

  await press(page, page.locator('form[action="/settings/provider/unlink"] button'));
  assert.equal(await page.locator("tbody").count(), 0);
});

test("provider: who is linked with nobody, or stops there, is told what to do", async (visit) => {
  if (!visit.site.provider) return;
  const page = await visit.open("/sign-in", { scripts: false });
  await leave(visit, page, other(page));
  await answer(visit, page, "nobody-here");
  const said = await page.locator("main").innerText();
  assert.ok(said.includes("người quản trị của đơn vị") && said.includes("nobody-here"), said);
  await press(page, page.locator("main a.btn"));
  await leave(visit, page, other(page));
  await page.locator("button[name=no]").click();
  await page.waitForURL(`${visit.site.url}/**`);
  assert.ok((await page.locator("main").innerText()).includes("không cho qua"));

  const looked = await visit.open("/sign-in", { size: PHONE });
  await leave(visit, looked, other(looked));
  await answer(visit, looked, "nobody-here");
  await visit.mustBeAccessible(looked);
  await visit.mustFit(looked);
  await visit.picture("nobody", looked);
});

test("provider: an administrator writes the identifier of another person and takes it away", async (visit) => {
  if (!visit.site.provider) return;
  const page = await visit.open("/admin/accounts?q=vanthu", ADMINISTRATOR);
  await press(page, page.locator('tbody a[href$="/provider"]').first());
  await visit.mustBeAccessible(page);
  await page.locator("#f-subject").fill("van-thu-2");
  await press(page, page.locator('main form[action$="/provider"] button'));
  const row = page.locator("tbody tr");
  const told = await row.innerText();
  assert.ok(told.includes("van-thu-2") && told.includes(NAME), told);
  await visit.mustFit(page);
  await visit.picture("administrator", page);
  // The sessions of that account ended with it.
  visit.site.cookies.delete(visit.site.account(CLERK.role, CLERK.unit).user);
  await press(page, row.locator("button"));
  assert.equal(await page.locator("tbody").count(), 0);
});
