import assert from "node:assert/strict";
import { test } from "node:test";

import { within } from "@doorbell-js/test-support/until";

import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Memory } from "../../src/kernel/memory.ts";
import { Kind } from "../../src/kernel/ring/layout.ts";
import { RawParty } from "./support/raw-party.ts";

test("K13 a move that finds no room for its bytes ends no call", { timeout: 30_000 }, async () => {
  await using kernel = await Kernel.start({ ring: { slots: 16, bytes: 64 } });
  const sid = Sid.random();
  using server = new RawParty(await kernel.invite());
  const laid = await server.serve(sid);
  using connection = await kernel.connect(sid);
  await laid();
  // The first call of this thread; its answer is still to come.
  const call = connection.blockingScalar(1);
  let moved = 0;
  while (connection.tryMove(2, new Memory(32)) === undefined) moved += 1;
  assert.equal(moved, 2, "there is room for two");
  const { lane } = server;
  assert(lane !== undefined);
  // What it reads it does not release: there is no more room than before.
  const { call: index, e: key } = lane.reader.read();
  lane.writer.write(Kind.answer, key | 0, 1, index, Math.floor(key / 2 ** 32), 5, 0, 0, 0);
  lane.writer.writeFifth(0);
  lane.writer.publish();
  server.ring();
  assert.deepEqual(await within("the answer", call), [5]);
  assert.equal((await kernel.inspect()).quarantined, 0);
});
