/** T27: memory that came by a message and was sent on. What its older views do must be seen by nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { RawParty } from "../support/raw-party.ts";

test("T27 an older view of memory that was moved on neither reads nor writes another message", async () => {
  await using kernel = await Kernel.start();
  using raw = new RawParty(await kernel.invite());
  const away = Sid.random();
  const laid = await raw.serve(away);
  const out = await kernel.connect(away);
  await laid();
  using first = await kernel.createServer();
  using second = await kernel.createServer();
  await (await kernel.connect(first.sid)).move(1, new Memory(100));
  const came = await first.receive();
  assert(came.kind === "move");
  const memory = came.take();
  const view = memory.bytes;
  await out.move(1, memory);

  void (await kernel.connect(second.sid)).lend(1, Memory.copyOf(new Uint8Array(100).fill(7)));
  using other = await second.receive();
  assert(other.kind === "lend");
  view[0] = 66;
  assert.equal(other.bytes[0], 7, "an older view writes into another server's message");
  assert.notEqual(view[1], 7, "an older view reads another server's message");
});
