// Makes promises of the list in pages.mjs: every page, as every size, shade and language.
import { strict as assert } from "node:assert";

import { pages } from "../pages.mjs";
import { test } from "./runner.mjs";
import { DESKTOP, PHONE } from "./site.mjs";

// One tab is turned from look to look, since a new one costs more than the check. The last look is a new page of the
// server's, which sets language and theme.
const looks = [
  { name: "desktop" },
  { name: "phone", size: PHONE },
  { name: "desktop dark English", size: DESKTOP, cookies: { lang: "en", theme: "dark" }, language: "en" },
];

export async function checkPages() {
  for (const entry of pages) {
    const promise = `page ${entry.name}: accessible, fits and without a complaint of the browser as ${looks.map(({ name }) => name).join(", ")}`;
    test(promise, (visit) => check(visit, entry), { anywhere: true });
  }
}

async function check(visit, entry) {
  const path = typeof entry.path === "function" ? await entry.path(visit) : entry.path;
  // Where a path was found, the same person has a tab already.
  let page = visit.page;
  if (page) await visit.go(page, path);
  else page = await visit.open(path, { role: entry.role, unit: entry.unit });
  if (entry.prepare) await entry.prepare(page, visit);
  for (const { name, size, cookies, language = "vi" } of looks) {
    if (size) await page.setViewportSize(size);
    if (cookies) {
      await page.context().addCookies(Object.entries(cookies).map(([key, value]) => ({ name: key, value, url: visit.site.url })));
      await visit.go(page, path);
      if (entry.prepare) await entry.prepare(page, visit);
    }
    try {
      assert.equal(await page.evaluate(() => document.documentElement.lang), language, "its language");
      await visit.mustFit(page);
      await visit.mustBeAccessible(page);
    } catch (error) {
      error.message = `as ${name}: ${error.message}`;
      throw error;
    }
    if (process.env.PICTURES) await visit.picture(name, page, { whole: true });
  }
}
