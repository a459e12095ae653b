// A demo of our own: its data in a temporary directory, on a free port.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startProvider } from "./provider.mjs";

// Making the demo month takes a while in a build that is not optimised.
const READY_MS = 10 * 60_000;

/** Starts the binary and waits for its line `ready http://…`. */
export async function startDemo() {
  if (process.env.TOWNHALL_URL) {
    const accounts = await readAccounts(process.env.TOWNHALL_DATA);
    return { url: process.env.TOWNHALL_URL, accounts, stop: async () => {} };
  }
  const binary = process.env.TOWNHALL_BIN ?? fileURLToPath(new URL("../../../target/debug/townhall", import.meta.url));
  const data = await mkdtemp(join(tmpdir(), "townhall-browser-"));
  const provider = await startProvider();
  const child = spawn(binary, ["demo", "--data", data, "--listen", `127.0.0.1:${await freePort()}`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...provider.environment },
  });
  const said = [];
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`not ready within ${READY_MS / 60_000} minutes`), READY_MS);
    const fail = (why) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`${binary} demo: ${why}\n${said.join("").slice(-4000)}`));
    };
    const hear = (chunk) => {
      said.push(chunk.toString());
      const ready = said.join("").match(/^ready (http:\/\/\S+)$/m);
      if (ready) {
        clearTimeout(timer);
        resolve(ready[1]);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => fail(error.message));
    child.on("exit", (code) => fail(`ended with ${code}`));
  });
  const stop = async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    if (child.exitCode === null) await gone;
    clearTimeout(hard);
    await provider.stop();
    await rm(data, { recursive: true, force: true });
  };
  return { url, provider: provider.url, accounts: await readAccounts(data), stop };
}

async function readAccounts(data) {
  return JSON.parse(await readFile(join(data, "demo-accounts.json"), "utf8"));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
