import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";

import { deadline, within } from "@doorbell-js/test-support/until";

import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Threads } from "./support/threads.ts";

const url = new URL("./ends-worker.js", import.meta.url);

/** A kernel that is starting until the test says so. */
function later(): { readonly starting: Promise<Kernel>; readonly start: (kernel: Kernel) => void } {
  let start!: (kernel: Kernel) => void;
  const starting = new Promise<Kernel>((resolve) => (start = resolve));
  return { starting, start };
}

test("a worker that is spawned beside a kernel that is starting joins it", async () => {
  const starting = Kernel.start();
  const own = Sid.random();
  const spawning = Kernel.spawnBeside(starting, url, { data: { own: own.words(), how: "block" } });
  await using kernel = await starting;
  await using threads = new Threads();
  const thread = threads.add(await spawning);
  const connection = await kernel.connect(own, { timeoutMs: deadline(20_000) });
  assert.equal(connection.alive, true);
  const numbers = (await kernel.inspect()).threads.map(({ thread }) => thread);
  assert(numbers.includes(thread.thread), `thread ${thread.thread} is not among ${numbers.join(", ")}`);
});

test("when the kernel does not start its worker is ended, and who spawned it is told why", async () => {
  const { port1, port2 } = new MessageChannel();
  const closed = once(port1, "close");
  const starting = Promise.reject(new Error("no kernel today"));
  const spawning = Kernel.spawnBeside(starting, url, { data: { kept: port2 }, transfer: [port2] });
  await assert.rejects(spawning, /no kernel today/);
  // The worker had the other end.
  await within("the worker's end", closed, deadline(20_000));
});

test("a worker that fails before the kernel has started tells who spawned it", async () => {
  const { starting, start } = later();
  const missing = new URL("./no-such-file.js", import.meta.url);
  await assert.rejects(
    within("the failure", Kernel.spawnBeside(starting, missing), deadline(20_000)),
    /Cannot find module/,
  );
  await using kernel = await Kernel.start();
  start(kernel);
});

test("a worker that ends before the kernel has started is ThreadNotFound", async () => {
  const { starting, start } = later();
  const spawning = Kernel.spawnBeside(starting, new URL("data:text/javascript,"));
  await assert.rejects(within("the end", spawning, deadline(20_000)), { code: "ThreadNotFound" });
  await using kernel = await Kernel.start();
  start(kernel);
});

test("what is no worker's address is refused, and the kernel ends in peace", async () => {
  await using kernel = await Kernel.start();
  await assert.rejects(kernel.spawn("relative.js"), { code: "ERR_WORKER_PATH" });
  await assert.rejects(Kernel.spawnBeside(Promise.resolve(kernel), "relative.js"), { code: "ERR_WORKER_PATH" });
  assert.equal((await kernel.inspect()).threads.length, 1);
});

test("a worker that fails later is its program's, as any other", async () => {
  await using kernel = await Kernel.start();
  const missing = new URL("./no-such-file.js", import.meta.url);
  const thread = await Kernel.spawnBeside(Promise.resolve(kernel), missing);
  const [error] = (await once(thread.worker, "error")) as [unknown];
  assert.match(String(error), /Cannot find module/);
  assert.equal(await thread.exited, 1);
});
