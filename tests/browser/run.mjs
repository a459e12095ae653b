// Runs the promises of flows/*.mjs and of pages.mjs in a real browser, in as many lanes as there are processors.
// Each lane has a demo and a browser of its own, so that no promise sees what another lane does.
//
//   node run.mjs            everything
//   node run.mjs counter    only promises whose name holds "counter"
//
// TOWNHALL_BIN   the binary under test           (default: target/debug/townhall of this checkout)
// TOWNHALL_URL   a demo that runs already, whose data directory is TOWNHALL_DATA; one lane
// CHROMIUM       the browser                     (default: /usr/bin/chromium)
// LANES          how many lanes                  (default: one a processor, four at most)
// PICTURES       1: a picture of every page in out/, for people to look at; of what failed there is always one
import { mkdir, readdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
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

const most = process.env.TOWNHALL_URL ? 1 : Number(process.env.LANES) || Math.min(availableParallelism(), 4);
const lanes = Array.from({ length: Math.max(1, Math.min(most, tests.length)) }, () => openLane);
const failed = await runAll(tests, lanes);
process.exitCode = failed === 0 && tests.length > 0 ? 0 : 1;

/** A demo and a browser; `site` is what promises work with. */
async function openLane() {
  const demo = await startDemo();
  try {
    const browser = await launch();
    const close = async () => {
      await browser.close();
      await demo.stop();
    };
    return { site: new Site(browser, demo, out), close };
  } catch (error) {
    await demo.stop();
    throw error;
  }
}
