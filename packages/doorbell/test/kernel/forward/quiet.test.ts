/** Who called is not woken to hear that its call was passed on; and nobody sleeps through the end of its server for that. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { deadline, within } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Wake } from "../../../src/kernel/ring/wake.ts";
import { RingLane } from "../../../src/kernel/thread/ring-lane.ts";
import { Threads } from "../support/threads.ts";
import { answered, calls, type QuietJob } from "./quiet-job.ts";

test("K20 a call that is passed on wakes each thread once, and the end of its server wakes its caller", async (t) => {
  await using kernel = await Kernel.start();
  await using threads = new Threads();
  using front = await kernel.createServer();
  const heard = new SharedArrayBuffer(8);
  const flag = new Int32Array(heard);
  const sid = Sid.random();
  const job = { sid: sid.words(), front: front.sid.words(), heard };
  const url = new URL("./quiet-party.js", import.meta.url);
  const server = threads.add(await kernel.spawn(url, { data: { ...job, part: "serve" } satisfies QuietJob }));
  const to = await kernel.connect(sid);
  const caller = threads.add(await kernel.spawn(url, { data: { ...job, part: "call" } satisfies QuietJob }));

  // The first lays a way between the two; the rest wake the server alone.
  await (await front.receive()).forward(to, answered);
  const ring = t.mock.method(Wake.prototype, "ring");
  for (let call = 1; call < calls; call += 1) (await front.receive()).tryForward(to, answered);
  assert.equal(ring.mock.callCount(), calls - 1, "threads were woken that had nothing to do");
  ring.mock.restore();

  // The server dies, and the caller hears of that, after the message has gone to it and before the caller is told so.
  const last = await front.receive();
  const { pass } = RingLane.prototype;
  t.mock.method(RingLane.prototype, "pass", function (this: RingLane, ...given: Parameters<typeof pass>) {
    Atomics.wait(flag, 0, 0, deadline(10_000));
    // It is about to fall asleep again: nothing tells when it has.
    Atomics.wait(flag, 0, 1, 1_000);
    pass.apply(this, given);
  });
  await last.forward(to, answered + 1);
  assert.equal(Atomics.load(flag, 0), 1, "the caller never heard of the server's end");
  assert.equal(await within("the end of the server", server.exited), 0);
  assert.equal(await within("the end of the caller", caller.exited), 0);
  assert(Atomics.load(flag, 1) >= 0, "the call failed otherwise, or not at all");
});
