import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, report, zero } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline, until, within } from "@doorbell-js/test-support/until";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import type { OnceData } from "./forward-once.ts";
import { mortalKernel, noRoomPoint } from "./points.ts";

const mortal = mortalKernel();
const real = new URL("../../../src/kernel/index.js", import.meta.url).href;
const worker = new URL("./forward-once.js", import.meta.url);
const forms = ["try", "await", "sync"] as const;
/** Many times what was seen. */
const limitMs = 10_000;
const runs = sized(24, 100);

/** What is called, in turn. */
const calls: readonly ((connection: Connection) => Promise<unknown>)[] = [
  async (connection) => assert.deepEqual([...(await connection.blockingScalar(1, [5]))], [6]),
  async (connection) => await mutableLend(connection, 100),
  async (connection) => await mutableLend(connection, 20_000),
];

async function mutableLend(connection: Connection, size: number): Promise<void> {
  const memory = new Memory(size);
  await connection.mutableLend(1, memory);
  assert(memory.bytes.every((byte) => byte === 2));
}

/** A forwarder that ends: what becomes of the call that it passed on, and how long that took from then on. */
async function once(
  kernel: Kernel,
  run: number,
  parts: { readonly inner: SidWords; readonly fill: SidWords | undefined; readonly at?: string },
): Promise<{ readonly outcome: PromiseSettledResult<unknown>; readonly tookMs: number }> {
  const { inner, fill, at } = parts;
  const sid = Sid.random();
  const state = new SharedArrayBuffer(4);
  const look = new Int32Array(state);
  const form = forms[run % forms.length] as (typeof forms)[number];
  const data: OnceData = {
    url: at === undefined ? real : mortal,
    sid: sid.words(),
    next: inner,
    fill,
    form,
    at,
    state,
  };
  await using thread = await kernel.spawn(worker, { data });
  using connection = await kernel.connect(sid);
  await connection.blockingScalar(1, [0]);
  const call = (calls[run % calls.length] as (typeof calls)[number])(connection);
  call.catch(() => {});
  if (fill !== undefined) {
    await until("the call has come", () => Atomics.load(look, 0) === 1, limitMs, { everyMs: 1 });
    // Nothing is taken here until the call was passed on, and its forwarder may be dead by now.
    Atomics.store(look, 0, 2);
    Atomics.notify(look, 0);
    const passed = Atomics.wait(look, 0, 2, deadline(limitMs));
    if (at !== undefined) assert.equal(Atomics.load(look, 0), 4, "the point was not come to");
    assert.notEqual(passed, "timed-out", "who passes a call on waits for its caller to have room");
    // Now and then this thread finds the end of the forwarder and the answer at once.
    if (at === undefined && run % 10 === 0) Atomics.wait(look, 0, 3, 300);
  }
  const began = performance.now();
  const [outcome] = await within("the call ends", Promise.allSettled([call]), limitMs);
  const tookMs = performance.now() - began;
  await thread.exited;
  return { outcome, tookMs };
}

for (const isFull of [false, true])
  test(
    `K20 a forwarder that ends as soon as it has passed a call on is not missed${isFull ? ": no room in the caller's ring" : ""}`,
    { timeout: 300_000 },
    async (t) => {
      await using kernel = await Kernel.start(isFull ? { ring: { slots: 4 } } : {});
      await using parts = await serve(kernel);
      let longest = 0;
      for (let run = 0; run < runs / 2; run += 1) {
        const { outcome, tookMs } = await once(kernel, run, { ...parts, fill: isFull ? parts.fill : undefined });
        assert.equal(outcome.status, "fulfilled", `the answer of call ${run} is lost`);
        longest = Math.max(longest, tookMs);
      }
      assert.equal((await kernel.inspect()).quarantined, 0);
      report(
        t,
        `K20 forwarder ends${isFull ? ", caller's ring full" : ""}: ${runs / 2} of ${runs / 2} answered, p100 ${ms(longest)}, lost ${zero(runs / 2)}`,
      );
    },
  );

test("T06 a forwarder dies when its caller has no room to be told: the caller's call ends", async () => {
  await using kernel = await Kernel.start({ ring: { slots: 4 } });
  await using parts = await serve(kernel);
  for (let run = 0; run < 9; run += 1) {
    const { outcome } = await once(kernel, run, { ...parts, at: noRoomPoint });
    // The answer is on its way: it may come before the news.
    if (outcome.status === "rejected") assert.equal((outcome.reason as { code?: string }).code, "ServerNotFound");
  }
  // The answers that came too late have ended no other call.
  assert.equal((await kernel.inspect()).quarantined, 0);
});

/** A thread that answers, and a server here that takes what fills the ring. */
async function serve(kernel: Kernel): Promise<{ readonly inner: SidWords; readonly fill: SidWords } & AsyncDisposable> {
  const sid = Sid.random();
  const thread = await kernel.spawn(new URL("./chain-link.js", import.meta.url), {
    data: { sid: sid.words(), next: undefined, sync: true, waits: false },
  });
  (await kernel.connect(sid)).disconnect();
  const filled = await kernel.createServer({ queueMax: 1_000 });
  const taking = (async () => {
    for await (const message of filled) message[Symbol.dispose]();
  })();
  return {
    inner: sid.words(),
    fill: filled.sid.words(),
    async [Symbol.asyncDispose]() {
      filled.destroy({ force: true });
      await taking;
      await thread.terminate();
    },
  };
}
