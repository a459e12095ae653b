// A small runner: named promises, run one after the other, each with a fresh browser context.

const promises = [];

/** Declares a promise: `test("a receptionist receives a dossier", async (site) => { … })`. */
export function test(name, run) {
  if (promises.some((known) => known.name === name)) throw new Error(`two promises are called "${name}"`);
  promises.push({ name, run });
}

/** The promises whose names hold `text`; all without it. */
export function chosen(text) {
  return promises.filter(({ name }) => !text || name.includes(text));
}

const LIMIT_MS = 90_000;

/** Runs promises and returns how many were broken. */
export async function runAll(tests, site) {
  const failures = [];
  for (const { name, run } of tests) {
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
    const took = ((Date.now() - begun) / 1000).toFixed(1);
    console.log(`${failure ? "FAIL" : "ok  "} ${name} (${took} s)`);
    if (failure) failures.push({ name, failure });
  }
  for (const { name, failure } of failures) {
    console.log(`\n── ${name}\n${failure.stack ?? failure}`);
  }
  console.log(`\n${tests.length - failures.length} passed, ${failures.length} failed`);
  return failures.length;
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
