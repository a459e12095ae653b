// Passkeys with Chromium's own authenticator: added, used after the password, used alone, removed.
// Browsers allow them at a domain only, so the demo is visited as localhost.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

const press = (page, button) => Promise.all([page.waitForNavigation(), button.click()]);
const path = (page) => new URL(page.url()).pathname;

/** A device in the browser that verifies its owner by itself. */
async function authenticator(page) {
  const device = await page.context().newCDPSession(page);
  await device.send("WebAuthn.enable");
  const options = { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await device.send("WebAuthn.addVirtualAuthenticator", { options });
  return { verifies: (isUserVerified) => device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }) };
}

/** The first page in a browser that has forgotten the session. */
async function signedOut(visit, page) {
  await page.context().clearCookies();
  await visit.go(page, "/sign-in");
}

async function password(page, account) {
  await page.locator("#f-user-name").fill(account.user);
  await page.locator("#f-password").fill(account.password);
  await press(page, page.locator("main form button[type=submit]").first());
}

test("passkeys: added in settings, used after the password and alone, and removed", async (visit) => {
  const account = visit.site.account("cashier", "24682");
  const at = visit.site.url.replace("127.0.0.1", "localhost");
  const page = await visit.open("/sign-in", { at });
  const device = await authenticator(page);
  await password(page, account);
  await visit.go(page, "/settings/passkeys");
  await visit.mustFit(page);
  await visit.mustBeAccessible(page);
  await visit.picture("add", page);
  await page.locator("#f-label").fill("Máy ở quầy thu phí");
  await page.locator("#f-password").fill(account.password);
  await press(page, page.locator("main form button[type=submit]").first());
  await visit.mustBeAccessible(page);
  await visit.picture("make", page);
  await press(page, page.locator("form[data-passkey] button"));
  assert.equal(path(page), "/settings");
  await visit.go(page, "/settings/passkeys");
  assert.equal(await page.locator("tbody tr").count(), 1);
  await visit.mustBeAccessible(page);
  await visit.picture("list", page);

  // The same device has one already and says so.
  await page.locator("#f-label").fill("Lần nữa");
  await page.locator("#f-password").fill(account.password);
  await press(page, page.locator("main form button[type=submit]").first());
  await page.locator("form[data-passkey] button").click();
  const said = page.locator("[data-passkey-said]");
  await said.waitFor({ state: "visible" });
  assert.ok((await said.innerText()).includes("đã có khóa"));

  // After the password; whoever does not show a finger is told, and may try again.
  await signedOut(visit, page);
  await password(page, account);
  assert.equal(path(page), "/sign-in/code");
  assert.equal(await page.locator("#f-code").count(), 0);
  await visit.mustBeAccessible(page);
  await device.verifies(false);
  await page.locator("form[data-passkey] button").click();
  await said.waitFor({ state: "visible" });
  await visit.mustBeAccessible(page);
  await visit.picture("step", page);
  await device.verifies(true);
  await press(page, page.locator("form[data-passkey] button"));
  assert.ok(!path(page).startsWith("/sign-in"), page.url());

  // Alone, and to where one wanted to go.
  await page.context().clearCookies();
  await page.goto("/settings/passkeys");
  await visit.mustFit(page);
  await visit.picture("alone", page);
  await press(page, page.locator("form[data-passkey] button"));
  assert.equal(path(page), "/settings/passkeys");

  // Removed with the password; from then on the password alone opens the door.
  await press(page, page.locator("tbody a.btn"));
  await visit.mustBeAccessible(page);
  await page.locator("#f-password").fill(account.password);
  await press(page, page.locator("main form button[type=submit]").first());
  await signedOut(visit, page);
  await press(page, page.locator("form[data-passkey] button"));
  assert.equal(await page.locator(".th-summary").count(), 1);
  await password(page, account);
  assert.ok(!path(page).startsWith("/sign-in"), page.url());
});

test("passkeys: at another address, or without a script, no button is dead", async (visit) => {
  const page = await visit.open("/settings/passkeys", { role: "cashier", unit: "24682" });
  assert.equal(await page.locator("#f-label").isVisible(), false);
  const there = page.locator("[data-passkey-elsewhere] a");
  assert.ok((await there.getAttribute("href")).startsWith("http://localhost:"));
  assert.ok(await there.isVisible());
  await visit.mustBeAccessible(page);
  await visit.picture("elsewhere", page);
  for (const options of [{}, { scripts: false }, { scripts: false, at: visit.site.url.replace("127.0.0.1", "localhost") }]) {
    const door = await visit.open("/sign-in", options);
    assert.equal(await door.locator("form[data-passkey] button").isVisible(), false);
    assert.ok(await door.locator("#f-password").isVisible());
  }
});
