// A small runner: named promises, each with a fresh browser context. Flows, which change the demo, run one after the
// other in the first lane; pages, which only look at it, are taken by whichever lane is free.

const promises = [];

/**
 * Declares a promise: `test("a receptionist receives a dossier", async (visit) => { … })`.
 * One with `anywhere` needs nothing that another promise did.
 */
export function test(name, run, { anywhere = false } = {}) {
  if (promises.some((known) => known.name === name)) throw new Error(`two promises are called "${name}"`);
  promises.push({ name, run, anywhere });
}

/** The promises whose names hold `text`; all without it. */
export function chosen(text) {
  return promises.filter(({ name }) => !text || name.includes(text));
}

const LIMIT_MS = 90_000;

/** Runs promises in lanes, each of which `lanes` opens when called, and returns how many were broken. */
export async function runAll(tests, lanes) {
  const flows = tests.filter(({ anywhere }) => !anywhere);
  const pages = tests.filter(({ anywhere }) => anywhere);
  const failures = [];
  const inOneDemo = async (open, own) => {
    if (own.every((list) => list.length === 0)) return;
    const { site, close } = await open();
    try {
      for (let next; (next = own.find((list) => list.length > 0)?.shift()); ) {
        const failure = await keep(next, site);
        if (failure) failures.push({ name: next.name, failure });
      }
    } finally {
      await close();
    }
  };
  // Pages are looked at in a demo that no flow has changed: before the flows, in other lanes, or in a new demo.
  const work = async (open, lane) => {
    if (lanes.length === 1) return inOneDemo(open, [pages, flows]);
    if (lane === 0) await inOneDemo(open, [flows]);
    await inOneDemo(open, [pages]);
  };
  // A lane that could not be opened is told when the others are done, so that none leaves its demo behind.
  const lost = (await Promise.allSettled(lanes.map((open, lane) => work(open, lane)))).find(({ status }) => status === "rejected");
  for (const { name, failure } of failures) {
    console.log(`\n── ${name}\n${failure.stack ?? failure}`);
  }
  if (lost) throw lost.reason;
  console.log(`\n${tests.length - failures.length} passed, ${failures.length} failed`);
  return failures.length;
}

/** Runs one promise, says how it went, and returns what broke it. */
async function keep({ name, run }, site) {
  const begun = Date.now();
  const visit = site.visit(name);
  let failure;
  try {
    await withLimit(run(visit), LIMIT_MS);
    visit.mustBeClean();
  } catch (error) {
    failure = error;
    await visit.picture("failed").catch(() => {});
  }
  await visit.close();
  console.log(`${failure ? "FAIL" : "ok  "} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  return failure;
}

async function withLimit(work, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
