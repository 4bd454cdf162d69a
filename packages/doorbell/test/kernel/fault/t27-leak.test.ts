/** T27: memory that is received is of its own length, holds what was sent, and nothing of anybody else's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { receiveMessageOnPort } from "node:worker_threads";

import { report } from "@doorbell-js/test-support/results";
import { within } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { half, Kind, Where } from "../../../src/kernel/ring/layout.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { lengths, marked, pattern } from "../support/marked.ts";
import { RawParty } from "../support/raw-party.ts";
import { Threads } from "../support/threads.ts";

/** One that shows the memory that it shares. */
interface Party {
  readonly raw: RawParty;
  readonly mark: number;
  readonly connection: Connection;
  readonly lane: NonNullable<RawParty["lane"]>;
}

const ring = { slots: 128, bytes: 16_384 };

/** Receives until so many have said that they are done; every byte of every buffer is looked at. */
async function receiveAll(server: ServerHandle, senders: number): Promise<number> {
  let buffers = 0;
  for (let left = senders; left > 0;) {
    using message = await server.receive();
    if (message.kind === "blockingScalar") {
      message.answer(0);
      left -= 1;
    }
    if (!("bytes" in message)) continue;
    const { bytes, id: mark } = message;
    const { length } = bytes;
    assert.equal(bytes.buffer.byteLength, length, `the memory behind ${length} bytes is larger than they are`);
    assert.equal(Buffer.compare(bytes, pattern(mark, length)), 0, `${length} bytes hold something else than was sent`);
    buffers += 1;
    if (message.kind === "mutableLend") bytes.forEach((byte, at) => (bytes[at] = byte ^ 0xff));
    // Of a lend that is not mutable nothing may come back.
    else bytes.fill(0xe7);
  }
  return buffers;
}

async function sendAll(connection: Connection, mark: number): Promise<void> {
  for (const length of lengths) {
    Buffer.from(marked(mark));
    const content = Buffer.from(pattern(mark, length));
    await connection.move(mark, Memory.copyOf(content));
    await connection.lend(mark, Memory.copyOf(content));
    await connection.mutableLend(mark, Memory.copyOf(content));
  }
  await connection.blockingScalar(0);
}

test("T27 what two threads and the server's own send does not mix", { timeout: 60_000 }, async (t) => {
  await using kernel = await Kernel.start({ ring });
  using server = await kernel.createServer();
  await using threads = new Threads();
  const sid = server.sid.words();
  const exits = [1, 2].map(async (mark) => {
    const thread = await kernel.spawn(new URL("./t27-peer.js", import.meta.url), { data: { sid, mark } });
    const failed = new Promise<never>((_, reject) => thread.worker.once("error", reject));
    const code = await Promise.race([threads.add(thread).exited, failed]);
    assert.equal(code, 0);
  });
  using own = await kernel.connect(server.sid);
  const [buffers] = await within(
    "the end of all",
    Promise.all([receiveAll(server, 3), sendAll(own, 3), ...exits]),
    30_000,
  );
  assert.equal(buffers, (2 * 20 + 1) * 3 * lengths.length);
  report(t, `T27 leak: ${buffers} buffers received, of their own length, 0 of them with a byte of another`);
});

test("T27 the memory that a peer shares holds what is on its way, and nothing once it was taken", async (t) => {
  await using kernel = await Kernel.start({ ring });
  const secret = Buffer.alloc(24, 0xee);
  let scanned = 0;
  const raws: Party[] = [];
  // Two peers: what is on its way to one is not in the memory of the other.
  for (const mark of [1, 2]) {
    const raw = new RawParty(await kernel.invite());
    const sid = Sid.random();
    const laid = await raw.serve(sid);
    const connection = await kernel.connect(sid);
    await laid();
    raws.push({ raw, mark, connection, lane: raw.lane as Party["lane"] });
  }
  const scan = (holds: Buffer, from: readonly Party[]): void => {
    for (const { lane } of from) {
      scanned += 1;
      const shared = Buffer.from(new Uint8Array(lane.shared));
      assert(!shared.includes(secret), "a neighbour's bytes are in shared memory");
      if (holds.length >= 24) assert(!shared.includes(holds), "what goes to one peer is in another's memory");
    }
  };
  for (const length of lengths) {
    for (const { raw, mark, connection, lane } of raws) {
      Buffer.from(secret);
      const content = Buffer.from(pattern(mark, length));
      const memory = Memory.copyOf(content);
      await connection.move(mark, memory);
      scan(
        content,
        raws.filter((other) => other.raw !== raw),
      );
      scan(Buffer.alloc(0), raws);
      const slot = lane.reader.read();
      assert.deepEqual([slot.kind, slot.length], [Kind.move, length]);
      if (slot.where === Where.port) {
        const posted: unknown = receiveMessageOnPort(lane.port)?.message;
        assert(posted instanceof ArrayBuffer, "what is posted is a buffer alone");
        assert.equal(posted.byteLength, length, "the memory posted is not of the length that was sent");
        assert.equal(Buffer.compare(Buffer.from(posted), content), 0);
      } else {
        const copy = new Uint8Array(length);
        if (length > 0) assert(lane.reader.copy(slot.c, copy));
        assert.equal(Buffer.compare(copy, content), 0);
      }
      lane.reader.release();
      scanned += 1;
    }
  }
  for (const { raw } of raws) raw[Symbol.dispose]();
  report(t, `T27 leak, shared memory: ${scanned} scans, 0 marks`);
});

test("T27 slots and bytes in line are zero, both ways, when calls and answers were taken", async (t) => {
  await using kernel = await Kernel.start({ ring });
  using server = await kernel.createServer();
  using raw = new RawParty(await kernel.invite());
  const connection = await raw.connect(server.sid);
  const { lane } = raw;
  assert(lane !== undefined);
  for (let call = 0; call < 300; call += 1) {
    const content = pattern(3, 1 + ((call * 29) % 2_000));
    const place = lane.writer.place(content);
    lane.writer.write(Kind.mutableLend, connection, 1, call, call, Number.NaN, 1.5, 0, 0);
    lane.writer.writeFifth(0);
    lane.writer.writeBytes(content.length, place);
    lane.writer.publish();
    raw.ring();
    using message = await server.receive();
    assert(message.kind === "mutableLend");
    message.answer({ offset: 2 ** 40 + call, valid: 7 });
    while (lane.reader.available <= 0) await new Promise(setImmediate);
    const slot = lane.reader.read();
    assert(lane.reader.copy(slot.c, new Uint8Array(slot.length)));
    lane.reader.release();
  }
  let zeros = 0;
  for (const direction of [0, 1] as const) {
    const { slots, bytes } = half(ring, direction);
    for (const part of [
      new Uint8Array(lane.shared, slots * 4, ring.slots * 64),
      new Uint8Array(lane.shared, bytes, ring.bytes),
    ]) {
      assert(
        part.every((byte) => byte === 0),
        "what was taken is still there to be read",
      );
      zeros += part.length;
    }
  }
  report(t, `T27 leak, freed slots: ${zeros} bytes zero after 300 calls and answers`);
});
