// Organisation: the figures that the reports asked for, one person with two posts, a vacant post that is filled.
import { strict as assert } from "node:assert";

import { test } from "../lib/runner.mjs";

const COMMUNE = "24682";

test("staff: 113 posts, 96 filled, the 17 vacancies by post with who stands in", async (visit) => {
  const page = await visit.open("/staff", { role: "chair", unit: COMMUNE });
  const figures = await page.locator(".th-fig b").allInnerTexts();
  assert.deepEqual(figures.slice(0, 3), ["113", "96", "17"]);
  const rows = page.locator("section[aria-labelledby=vacant] tbody tr");
  assert.equal(await rows.count(), 17);
  const nobody = await rows.filter({ hasText: "chưa có ai làm thay" }).count();
  assert.equal(nobody, 17 - Number(figures[3]), "the others have somebody by name");
  await page.goto("/staff?as_of=30/06/2025");
  assert.equal(await page.locator(".th-empty").count(), 1, "before the first of July there was nobody");
});

test("staff: who has two posts says as whom he acts, and changes it later", async (visit) => {
  const account = visit.site.accounts.find(({ user }) => user === "kinhdoanh");
  const page = await visit.open("/sign-in");
  await page.locator('input[autocomplete="username"]').fill(account.user);
  await page.locator('input[type="password"]').fill(account.password);
  await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]').first().click()]);
  assert.equal(new URL(page.url()).pathname, "/sign-in/post");
  await visit.mustFit(page);
  await visit.mustBeAccessible(page);
  await visit.picture("choice", page);
  const posts = page.locator('button[name="post"]');
  assert.equal(await posts.count(), 2);
  const title = (await posts.nth(1).locator("b").innerText()).trim();
  await Promise.all([page.waitForNavigation(), posts.nth(1).click()]);
  assert.equal(new URL(page.url()).pathname, "/work");
  const person = page.locator(".th-top details.th-menu");
  assert.ok((await person.locator("summary").innerText()).includes(title));
  await person.locator("summary").click();
  const other = person.locator('button[name="post"]:not([aria-current])');
  const wanted = (await other.locator("span").innerText()).split("\n")[0].trim();
  await Promise.all([page.waitForNavigation(), other.click()]);
  assert.ok((await page.locator(".th-top details.th-menu summary").innerText()).includes(wanted));
});

test("staff: a vacant post gets its holder without JavaScript, and who is not allowed sees no button", async (visit) => {
  const reader = await visit.open("/staff", { role: "clerk", unit: COMMUNE, scripts: false });
  assert.equal(await reader.locator('a[href^="/staff/posts/new"]').count(), 0);

  const page = await visit.open("/staff/people/new", { role: "organisation_officer", unit: COMMUNE, scripts: false });
  const name = `Điểu Thử ${Date.now() % 100000}`;
  await page.locator('input[name="name"]').fill(name);
  await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]').click()]);
  assert.ok((await page.locator("h1").innerText()).includes(name));

  await page.goto("/staff");
  const before = await page.locator(".th-fig b").allInnerTexts();
  // A post of the state: those of the Party are not this officer's to fill.
  const vacant = page.locator("section[aria-labelledby=vacant] tbody tr").filter({ hasText: "Phòng Kinh tế" }).filter({ hasText: "chưa có ai làm thay" });
  await Promise.all([page.waitForNavigation(), vacant.first().locator("a").click()]);
  await Promise.all([page.waitForNavigation(), page.locator('a[href$="/mandates"]').click()]);
  // Sent too early, the form says what is missing and keeps what was typed.
  await page.locator('input[name="decision"]').fill("12/QĐ-UBND, 05/8/2025");
  await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]').click()]);
  assert.equal(await page.locator(".th-summary").count(), 1);
  assert.equal(await page.locator('input[name="decision"]').inputValue(), "12/QĐ-UBND, 05/8/2025");
  await page.locator('select[name="person"]').selectOption({ label: name });
  await page.locator('input[name="from"]').fill("01/08/2025");
  await page.locator('input[name="kind"][value="full"]').check();
  await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]').click()]);
  assert.ok((await page.locator("main").innerText()).includes(name));
  await page.goto("/staff");
  const after = await page.locator(".th-fig b").allInnerTexts();
  assert.equal(Number(after[1]), Number(before[1]) + 1);
  // Give the seat back, so that the figures are the reports' own for whoever looks next.
  await Promise.all([page.waitForNavigation(), page.locator(`tr:has-text("${name}") a`).first().click()]);
  await Promise.all([page.waitForNavigation(), page.locator('a[href*="/mandates/"][href$="/end"]').first().click()]);
  await page.locator('input[name="on"]').fill("05/08/2025");
  await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]').click()]);
});
