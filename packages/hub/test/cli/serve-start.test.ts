import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { breakPackage } from "@doorbell-js/test-support/canary";

import { closedPort } from "../support/closed-port.ts";
import { bareEnvironment, bin } from "../support/doorbell.ts";
import { connectLine, type LineClient } from "../support/line-client.ts";
import { Program } from "../support/program.ts";

test("who comes as soon as the hub listens is answered for every source", { timeout: 60_000 }, async () => {
  const port = await closedPort();
  await using _ = new Program(process.execPath, [bin, "serve", "--port", `${port}`], bareEnvironment());
  await using client = await connectSoon(port);
  await using other = await connectSoon(port);
  // Its thread is the last that is started: the answer waits for it, or tells that the network is not known yet.
  const [network, number] = await Promise.all([client.ask("network?"), other.ask("random?")]);
  assert.match(number, /^\d+$/);
  assert.equal(await other.ask("classified?"), "");
  const known = network === "" ? await nextState(client) : network;
  assert.ok("interfaces" in JSON.parse(known), known);
});

for (const [name, file, find] of [
  ["a source's thread that fails", "src/threads/source-thread.ts", "const kernel = await Kernel.join();"],
  ["a source that fails", "src/threads/start.ts", "const begun: Promise<Serving>[] = [];"],
] as const)
  test(`${name} as the hub starts ends it, and it says why`, { timeout: 60_000 }, async () => {
    const fault = { name: `start-${file.replaceAll("/", "-")}`, file, find };
    const folder = breakPackage(import.meta.dirname, { ...fault, replace: `throw new Error("planted");${find}` });
    try {
      const broken = join(folder, "bin/doorbell.js");
      await using hub = new Program(process.execPath, [broken, "serve", "--port", "0"], bareEnvironment());
      assert.deepEqual(await hub.ended, { code: 1, signal: null });
      assert.equal(hub.stdout, "");
      assert.match(hub.stderr, /^Error: planted$/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

/** Connects at the first moment in which that can be done. */
async function connectSoon(port: number): Promise<LineClient> {
  for (;;) {
    try {
      return await connectLine({ port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
      await pause(1);
    }
  }
}

/** The network's next state, when it has one. */
async function nextState(client: LineClient): Promise<string> {
  assert.equal(await client.ask("notif network"), "OK");
  assert.equal(await client.next(), "notif: network");
  let told = await client.ask("stop_notif");
  // It may have changed again before that was heard.
  while (told === "notif: network") told = (await client.next()) ?? "(closed)";
  assert.equal(told, "OK");
  return await client.ask("network?");
}
