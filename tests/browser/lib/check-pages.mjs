// Makes promises of the list in pages.mjs: every page, as every size and shade.
import { pages } from "../pages.mjs";
import { test } from "./runner.mjs";
import { DESKTOP, PHONE } from "./site.mjs";

const looks = [
  { name: "desktop", size: DESKTOP },
  { name: "desktop dark", size: DESKTOP, dark: true },
  { name: "phone", size: PHONE, narrow: true },
  { name: "desktop English", size: DESKTOP, language: "en" },
];

export async function checkPages() {
  for (const entry of pages) {
    for (const look of looks) {
      test(`page ${entry.name}, ${look.name}: accessible, fits, no complaint of the browser`, async (visit) => {
        const path = typeof entry.path === "function" ? await entry.path(visit) : entry.path;
        const page = await visit.open(path, { ...look, role: entry.role, unit: entry.unit });
        if (entry.prepare) await entry.prepare(page, visit);
        await visit.mustFit(page);
        await visit.mustBeAccessible(page);
        await visit.picture("", page, { whole: true });
      });
    }
  }
}
