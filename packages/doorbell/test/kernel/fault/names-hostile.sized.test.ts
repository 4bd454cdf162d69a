/** K27: whatever is sent to the name server, however much of it, and whoever dies meanwhile: it serves everybody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { ms, report } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline, until, within } from "@doorbell-js/test-support/until";

import { Kernel } from "../../../src/kernel/kernel.ts";
import { nameServerSid } from "../../../src/kernel/names/server.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import { Asleep } from "../../../src/kernel/ring/wake.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { RawParty } from "../support/raw-party.ts";
import { Threads } from "../support/threads.ts";
import type { Pest } from "./names-pest.ts";

const pestUrl = new URL("./names-pest.js", import.meta.url);
/** Ten times what a busy machine takes for it, and more. */
const patienceMs = 30_000;
const random = new Random();

async function pest(
  kernel: Kernel,
  threads: Threads,
  how: Pest["how"],
  count: number,
): Promise<{ readonly thread: SpawnedThread; readonly made: Int32Array; readonly failed: Promise<never> }> {
  const counter = new SharedArrayBuffer(4);
  const data: Pest = { how, seed: random.below(2 ** 31), count, counter };
  const thread = threads.add(await kernel.spawn(pestUrl, { data }));
  const failed = new Promise<never>((_, reject) =>
    thread.worker.on("error", (error) => {
      const message = `the pest itself fails: ${String(error)} ${JSON.stringify(error)}`;
      reject(new assert.AssertionError({ message }));
    }),
  );
  failed.catch(() => {});
  return { thread, made: new Int32Array(counter), failed };
}

/** All that the name server is for, once, as an honest thread has it. How long it took. */
async function serves(kernel: Kernel, number: number): Promise<number> {
  const started = performance.now();
  const name = `honest ${number}`;
  const once = async (): Promise<void> => {
    const waiting = kernel.names.connect(name);
    waiting.catch(() => {});
    using server = await kernel.names.register(name, { maxConnections: 1 });
    using connection = await waiting;
    assert.equal(await kernel.names.trustedInitDone(), true);
    await connection.scalar(number);
    assert.equal((await server.receive()).id, number);
    assert.equal(await kernel.names.tryConnect(`${name} not`), "NotFound");
    await kernel.names.unregister(name, server.sid);
    assert.equal(await kernel.names.tryConnect(name), "NotFound");
  };
  const failed = (error: unknown): never => assert.fail(`the name server does not serve: ${String(error)}`);
  await within("what the name server is for", once().catch(failed), patienceMs);
  return performance.now() - started;
}

/** Nothing is left of those who have ended. */
async function nothingLeft(kernel: Kernel): Promise<void> {
  await until("nothing is left of the pests", async () => (await kernel.inspect()).threads.length === 1, patienceMs);
  const { servers, names, waiting, own, quarantined } = await kernel.inspect();
  const connections = own[0]?.connections;
  assert.deepEqual(
    { servers, names, waiting, quarantined, connections },
    { servers: [], names: 0, waiting: 0, quarantined: 0, connections: [{ thread: 1, queued: 0 }] },
    "something is left of the dead",
  );
}

test(`K27 the name server is sent everything, and serves [SEED=${seed}]`, { timeout: 120_000 }, async (t) => {
  await using kernel = await Kernel.start();
  await using threads = new Threads();
  const count = sized(1_000, 4_000);
  const pests = await Promise.all([1, 2].map(() => pest(kernel, threads, "everything", count)));
  const ended = Promise.all(pests.map(({ thread, failed }) => Promise.race([thread.exited, failed])));
  let rounds = 0;
  let done = false;
  void ended.finally(() => (done = true)).catch(() => {});
  while (!done) {
    rounds += 1;
    await serves(kernel, rounds);
  }
  assert.deepEqual(await within("the end of the pests", ended, patienceMs), [0, 0]);
  await serves(kernel, rounds + 1);
  const { dropped } = await kernel.inspect();
  assert(dropped > count, `what is nothing that it is asked is counted: ${dropped}`);
  await nothingLeft(kernel);
  report(
    t,
    `K27 everything: ${2 * count} messages, ${dropped} dropped, ${rounds} rounds served meanwhile, seed ${seed}`,
  );
});

test(`K27 three threads flood the name server, and it serves [SEED=${seed}]`, { timeout: 120_000 }, async (t) => {
  await using kernel = await Kernel.start();
  await using threads = new Threads();
  const pests = await Promise.all([1, 2, 3].map(() => pest(kernel, threads, "flood", 0)));
  const flooded = (): number => pests.reduce((sum, { made }) => sum + Atomics.load(made, 0), 0);
  await until("the flood has begun", () => pests.every(({ made }) => Atomics.load(made, 0) > 1_000), patienceMs);
  let slowest = 0;
  for (let round = 1; round <= 50; round += 1) slowest = Math.max(slowest, await serves(kernel, round));
  const messages = flooded();
  // And the kernel's other work is done as well: threads come, servers are made, ids are looked for.
  using server = await within("a server", kernel.createServer(), patienceMs);
  (await within("a connection", kernel.connect(server.sid), patienceMs)).disconnect();
  for (const { thread } of pests) await thread.terminate();
  server.destroy();
  await nothingLeft(kernel);
  report(t, `K27 flood: ${messages} messages of 3 threads meanwhile, slowest of 50 rounds ${ms(slowest)}`);
});

test("K27 a hundred thousand wait for names, and die waiting", { timeout: 300_000 }, async (t) => {
  const started = performance.now();
  await using kernel = await Kernel.start();
  await using threads = new Threads();
  const full = await kernel.names.register("full", { maxConnections: 1 });
  const held = await kernel.names.connect("full");
  const each = sized(10_000, 50_000);
  const pests = await Promise.all([1, 2].map(() => pest(kernel, threads, "wait", each)));
  const isAsked = (): boolean => pests.every(({ made }) => Atomics.load(made, 0) === each + 1);
  await until("all have asked", isAsked, 120_000);
  const askedMs = performance.now() - started;
  assert.equal((await kernel.inspect()).waiting, 2 * each);
  // Who comes now is served all the same.
  assert.equal(await within("an answer", kernel.names.tryConnect("nothing"), patienceMs), "NotFound");
  // The place that is free goes to one of the threads, and with it that thread has all for which it waited.
  held.disconnect();
  await until("one has all its connections", async () => (await kernel.inspect()).waiting === 1.5 * each, patienceMs);
  assert.equal(await kernel.names.tryConnect("full"), "LimitReached");
  for (const { thread } of pests) await thread.terminate();
  await until("nobody waits", async () => (await kernel.inspect()).waiting === 0, patienceMs);
  full.destroy();
  await serves(kernel, 1);
  report(t, `K27 waiters: ${2 * each} asked in ${ms(askedMs)}, gone with their threads`);
});

/** Who writes its slots by hand, with the name server at the other end. */
async function raw(kernel: Kernel): Promise<{ readonly party: RawParty; readonly connection: number }> {
  const party = new RawParty(await kernel.invite());
  return { party, connection: await party.connect(nameServerSid) };
}

const isCut = (party: RawParty): boolean => party.all.some(({ type }) => type === "peerGone");

test(
  "K27 who breaks the rules of its ring is cut off from the name server, and nobody else",
  { timeout: 60_000 },
  async (t) => {
    await using kernel = await Kernel.start();
    const rules: Readonly<Record<string, (party: RawParty, connection: number) => Promise<void>>> = {
      async "a kind that there is not"(party, connection) {
        party.write(200, connection, 1);
        party.post({ type: "ring" });
      },
      async "a connection that it has not"(party) {
        party.write(Kind.scalar, 17, 1);
        party.post({ type: "ring" });
      },
      async "an answer to no call"(party) {
        party.write(Kind.answer, 0, 1, 3);
        party.post({ type: "ring" });
      },
      async "more than its share of the queue"(party, connection) {
        for (let sent = 0; sent < 100; sent += 1) party.write(Kind.blockingScalar, connection, 5);
        party.post({ type: "ring" });
      },
      async "answers that it does not take"(party, connection) {
        // As many as the ring holds, and as many as wait for room; a few at a time, each within its share.
        for (let sent = 0; sent < 1_300 && !isCut(party); sent += 10) {
          for (let one = 0; one < 10; one += 1) party.write(Kind.blockingScalar, connection, 5);
          party.post({ type: "ring" });
          await until("they are taken", () => isCut(party) || party.lane?.writer.refresh() === 128, patienceMs);
          // What was taken before this is answered by now.
          await within("an answer", kernel.names.trustedInitDone(), patienceMs);
        }
      },
    };
    for (const [number, [what, breaks]] of Object.entries(rules).entries()) {
      const { party, connection } = await raw(kernel);
      await breaks(party, connection);
      await within(`the end of the lane of ${what}`, party.hears("peerGone"), patienceMs);
      assert.equal((await kernel.inspect()).quarantined, number + 1, what);
      await serves(kernel, number);
      party[Symbol.dispose]();
    }
    report(t, `K27 rules: ${Object.keys(rules).length} broken, each cut off, and the name server serves`);
  },
);

test(
  "K27 words that anybody can write neither wake the name server nor keep it asleep",
  { timeout: 60_000 },
  async () => {
    await using kernel = await Kernel.start();
    await kernel.names.trustedInitDone();
    const { party } = await raw(kernel);
    const words = new Int32Array(party.lane?.wake as SharedArrayBuffer);
    // Nobody sleeps; everybody sleeps; the kernel has news; tickets are given out twice.
    for (const [number, word] of [0, 1, 0, 2, 0, -1, 0, 2 ** 31 - 1, 0].entries()) {
      // A lie that the name server's thread writes over as it falls asleep again would show nothing.
      await kernel.inspect();
      await until("the name server's thread sleeps", () => Atomics.load(words, 0) === Asleep.inEventLoop, patienceMs);
      for (let at = 0; at < words.length; at += 1) {
        Atomics.store(words, at, word);
        Atomics.notify(words, at);
      }
      // Far sooner than a thread looks again by itself, were it asleep.
      await serves(kernel, number);
    }
    for (let rung = 0; rung < 10_000; rung += 1) party.post({ type: "ring" });
    await serves(kernel, 100);
    party[Symbol.dispose]();
  },
);

test(
  `K27 T26 who scribbles on the name server's rings harms nobody [SEED=${seed}]`,
  { timeout: 120_000 },
  async (t) => {
    let rounds = 0;
    for (const target of ["all", "tail", "slot", "credits", "wake"]) {
      await using kernel = await Kernel.start();
      await kernel.names.trustedInitDone();
      const port = await kernel.invite();
      const progress = new SharedArrayBuffer(4);
      const workerData = { port, sid: nameServerSid.words(), seed: random.below(2 ** 31), target, progress };
      const scribbler = new Worker(new URL("./scribbler.js", import.meta.url), { workerData, transferList: [port] });
      await using _ = { [Symbol.asyncDispose]: async () => void (await scribbler.terminate()) };
      const end = performance.now() + deadline(700);
      for (; performance.now() < end; rounds += 1) await serves(kernel, rounds);
    }
    report(t, `K27 T26 scribbling on the name server's rings: ${rounds} rounds served meanwhile`);
  },
);
