/** What a thread asked of the kernel before it asks the name server is done before, though the two go different ways. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { sized } from "@doorbell-js/test-support/sized";

import { Kernel } from "../../../src/kernel/kernel.ts";
import { Threads } from "../support/threads.ts";

test("K24 K25 a thread finds done what it did before, whatever else is going on", { timeout: 60_000 }, async () => {
  await using kernel = await Kernel.start();
  await using threads = new Threads();
  const { names } = kernel;
  // Others keep the kernel's own thread awake: it looks at every ring while it is.
  const url = new URL("../fault/names-pest.js", import.meta.url);
  const counter = new SharedArrayBuffer(4);
  for (const seed of [1, 2]) threads.add(await kernel.spawn(url, { data: { how: "flood", seed, count: 0, counter } }));
  const made = new Int32Array(counter);
  while (Atomics.load(made, 0) < 1_000) await new Promise(setImmediate);
  for (let round = 0; round < sized(200, 1_000); round += 1) {
    const server = await names.register("one", { maxConnections: 1 });
    const connection = await names.connect("one");
    connection.disconnect();
    assert.equal(await names.trustedInitDone(), false, "a connection that was given up is still counted");
    server.destroy();
    assert.equal(await names.tryConnect("one"), "NotFound", "a server that was destroyed still has its name");
  }
});
