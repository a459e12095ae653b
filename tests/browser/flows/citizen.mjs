// A citizen after filing: what is missing is handed in on the status page, the end is told, a rating is given, once.
import { strict as assert } from "node:assert";

import { fileOnline } from "../lib/online.mjs";
import { test } from "../lib/runner.mjs";
import { PHONE } from "../lib/site.mjs";

const RECEPTIONIST = { role: "receptionist", unit: "24682" };
// A white square: the smallest paper that is what it says.
const PAPER = {
  name: "so-ho-khau.png",
  mimeType: "image/png",
  buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC", "base64"),
};

async function act(officer, path, action, fields) {
  await officer.goto(`${path}/${action}`);
  for (const [name, value] of Object.entries(fields)) await officer.locator(`[name="${name}"]`).fill(value);
  await Promise.all([officer.waitForNavigation(), officer.locator("main form [data-key=finish]").click()]);
  assert.match(officer.url(), new RegExp(`done=${action}$`), await officer.locator("main").innerText());
}

test("citizen: hands in on a phone what was asked for, reads the end and rates it once", async (visit) => {
  const { code, own } = await fileOnline(visit);
  const officer = await visit.open(`/search?q=${encodeURIComponent(code)}`, RECEPTIONIST);
  const path = new URL(officer.url()).pathname;
  assert.match(path, /^\/dossiers\/[0-9a-f-]{36}$/, "the whole code leads to the dossier itself");
  await act(officer, path, "request_supplement", { items: "Bản chụp giấy xác nhận cư trú", reason: "Chưa rõ nơi cư trú trước đây." });

  const phone = await visit.open(own, { size: PHONE });
  assert.ok((await phone.locator("h1").innerText()).includes("bổ sung"));
  await visit.mustFit(phone);
  await visit.mustBeAccessible(phone);
  await Promise.all([phone.waitForNavigation(), phone.locator("main a[href$='/supplement']").first().click()]);
  assert.ok((await phone.locator("main").innerText()).includes("Bản chụp giấy xác nhận cư trú"));
  await visit.mustFit(phone);
  const other = phone.locator("form:has(input[type=file])").last();
  // Choosing sends it.
  await Promise.all([phone.waitForNavigation(), other.locator("input[type=file]").setInputFiles(PAPER)]);
  assert.ok((await phone.locator("main").innerText()).includes("so-ho-khau"), "what has come is listed");
  await Promise.all([phone.waitForNavigation(), phone.locator("form[action$='/supplement/done'] button.btn-primary").click()]);
  await visit.picture("handed in", phone, { whole: true });

  await officer.goto(path);
  assert.ok((await officer.locator("main").innerText()).includes("so-ho-khau"), "the paper lies in the dossier");
  await act(officer, path, "refuse", { reason: "Ông/bà đã được cấp giấy này ngày 01/8/2025." });

  await phone.goto(own);
  assert.ok((await phone.locator("main").innerText()).includes("không được tiếp nhận"));
  await Promise.all([phone.waitForNavigation(), phone.locator("main a[href$='/rate']").first().click()]);
  await visit.mustBeAccessible(phone);
  // A rating without a grade is told at its field.
  await Promise.all([phone.waitForNavigation(), phone.locator("main form button.btn-primary").click()]);
  assert.equal(await phone.locator(".th-summary").count(), 1);
  await phone.locator("input[name=grade]").first().check();
  await Promise.all([phone.waitForNavigation(), phone.locator("main form button.btn-primary").click()]);
  await phone.goto(own);
  assert.equal(await phone.locator("main a[href$='/rate']").count(), 0, "only once");
});
