// A citizen files online, the receptionist accepts, the citizen sees it.
import { strict as assert } from "node:assert";

import { fileOnline } from "../lib/online.mjs";
import { test } from "../lib/runner.mjs";

test("online: a citizen files without an account, the receptionist finds it, the citizen follows it", async (visit) => {
  const { page, code, own } = await fileOnline(visit);
  assert.ok(await page.locator("[role=img] svg").isVisible());

  const officer = await visit.open(`/dossiers?q=${encodeURIComponent(code)}`, { role: "receptionist", unit: "24682" });
  assert.ok((await officer.locator("main").innerText()).includes(code));

  const status = await visit.open(own);
  assert.ok((await status.locator("h1").innerText()).length > 5);
  assert.ok(await status.locator("a[href$='/withdraw']").isVisible());
});
