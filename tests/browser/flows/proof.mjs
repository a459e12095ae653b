// A citizen's proof: from the address in the receipt's QR code to two files that anybody can check, and that tell
// when somebody has changed them.
import { strict as assert } from "node:assert";

import { fileOnline } from "../lib/online.mjs";
import { test } from "../lib/runner.mjs";
import { PHONE } from "../lib/site.mjs";

const words = async (part) => (await part.innerText()).replace(/\s+/g, " ");
const press = (page, part) => Promise.all([page.waitForNavigation(), part.click()]);

/** Brings the two files to the public page. */
async function check(page, proof, fact) {
  await page.goto("/log/verify");
  await page.locator("[name=proof]").setInputFiles({ name: "a.tlog-proof", mimeType: "text/plain", buffer: Buffer.from(proof) });
  await page.locator("[name=fact]").setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from(fact) });
  await press(page, page.locator("main form button.btn-primary"));
  return words(page.locator("main .th-note:visible").first());
}

/** The address, once everything that happened stands in the log. */
async function proven(page, own) {
  const link = page.locator("main a[href*='/proof/']").first();
  for (let tries = 0; tries < 20; tries += 1) {
    await page.goto(own);
    if (await page.locator(".th-note-ok", { hasText: "Biên nhận này là thật" }).count()) return link;
    await page.waitForTimeout(500);
  }
  throw new Error("the receipt is not in the log");
}

test("citizen's proof: from the receipt to the log, without JavaScript; a changed file is told", async (visit) => {
  const { code, own } = await fileOnline(visit);
  const phone = await visit.open(own, { size: PHONE, scripts: false });
  assert.match(await words(phone.locator("main")), new RegExp(code.replaceAll(".", "\\.")));
  await press(phone, await proven(phone, own));
  await visit.mustFit(phone);
  const file = async (name) => (await phone.request.get(await phone.locator(`main a[href$='/${name}']`).getAttribute("href"))).text();
  const [proof, fact] = [await file("proof"), await file("fact")];
  assert.match(proof, /^c2sp\.org\/tlog-proof@v1\n/);
  assert.equal(JSON.parse(fact).fact.body.code, code);

  // The button brings both files to the page that everybody has.
  await press(phone, phone.locator("form[action='/log/verify'] button"));
  assert.match(await words(phone.locator("main")), new RegExp(`Đúng\\..*${code.replaceAll(".", "\\.")}`));

  const stranger = await visit.open("/", { size: PHONE });
  assert.match(await check(stranger, proof, fact), /^Đúng\./);
  await visit.mustFit(stranger);
  const forged = fact.replace(/("at": 17)(\d)/, (_, begins, digit) => begins + ((Number(digit) + 1) % 10));
  assert.notEqual(forged, fact);
  assert.match(await check(stranger, proof, forged), /^Không đúng/);
  await visit.mustBeAccessible(stranger);
  assert.match(await check(stranger, fact, proof), /^Không đọc được tệp/, "the two in each other's place");
});
