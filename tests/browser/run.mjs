// Runs the promises of flows/*.mjs and of pages.mjs against a demo of its own, in a real browser.
//
//   node run.mjs            everything
//   node run.mjs counter    only promises whose name holds "counter"
//
// TOWNHALL_BIN   the binary under test           (default: target/debug/townhall of this checkout)
// TOWNHALL_URL   a demo that runs already, whose data directory is TOWNHALL_DATA
// CHROMIUM       the browser                     (default: /usr/bin/chromium)
import { mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { checkPages } from "./lib/check-pages.mjs";
import { launch } from "./lib/browser.mjs";
import { chosen, runAll } from "./lib/runner.mjs";
import { startDemo } from "./lib/server.mjs";
import { Site } from "./lib/site.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = `${here}out`;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

await checkPages();
for (const file of (await readdir(`${here}flows`)).filter((name) => name.endsWith(".mjs")).sort()) {
  await import(`./flows/${file}`);
}
const tests = chosen(process.argv[2]);

const demo = await startDemo();
let failed = 1;
try {
  const browser = await launch();
  try {
    failed = await runAll(tests, new Site(browser, demo, out));
  } finally {
    await browser.close();
  }
} finally {
  await demo.stop();
}
process.exitCode = failed === 0 && tests.length > 0 ? 0 : 1;
