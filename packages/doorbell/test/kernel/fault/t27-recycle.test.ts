/** T27: a server that has memory used again. What older views do is seen by no other server, and in no message that lives. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "../../../src/kernel/kernel.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection, MoveMessage } from "../../../src/kernel/types.ts";

const length = 100;
let fill = 0;

/** Moves a hundred bytes that are all alike, and receives them. */
async function move(connection: Connection, server: ServerHandle): Promise<MoveMessage> {
  fill = (fill + 1) & 255;
  await connection.moveCopy(1, new Uint8Array(length).fill(fill));
  const message = await server.receive({ timeoutMs: 10_000 });
  assert(message.kind === "move");
  assert.equal(message.bytes.buffer.byteLength, length);
  assert(message.bytes.every((byte) => byte === fill));
  return message;
}

test("T27 memory that is used again is one server's own, and nobody's who still holds it", async () => {
  await using kernel = await Kernel.start();
  await using sender = await Kernel.join(await kernel.invite());
  const servers = [];
  const connections = [];
  for (const recycle of [true, true, false]) {
    const server = await kernel.createServer({ recycle });
    servers.push(server);
    connections.push(await sender.connect(server.sid));
  }
  const [server, other, plain] = servers as [ServerHandle, ServerHandle, ServerHandle];
  const [connection, toOther, toPlain] = connections as [Connection, Connection, Connection];

  const first = await move(connection, server);
  const { buffer } = first.bytes;
  const second = await move(connection, server);
  assert.notEqual(second.bytes.buffer, buffer, "memory of a message that lives was used again");
  first[Symbol.dispose]();
  assert.throws(() => first.bytes, { code: "ShareViolation" });

  // What is free now is there for this server's next message, and for no other's.
  for (const [to, at] of [
    [toOther, other],
    [toPlain, plain],
  ] as const) {
    const message = await move(to, at);
    assert.notEqual(message.bytes.buffer, buffer, "memory of one server came to another");
    message[Symbol.dispose]();
  }
  const third = await move(connection, server);
  assert.equal(third.bytes.buffer, buffer, "memory was not used again");
  assert(second.bytes.every((byte) => byte !== third.bytes[0]));

  const plainBuffer = (await move(toPlain, plain)).bytes.buffer;
  using again = await move(toPlain, plain);
  assert.notEqual(again.bytes.buffer, plainBuffer, "memory was used again though nobody asked for it");

  // What was taken out of its message, or is looked at by a view, is its holder's for good.
  using taken = third.take();
  third[Symbol.dispose]();
  taken[Symbol.dispose]();
  const view = second.view();
  const viewed = second.bytes.buffer;
  second[Symbol.dispose]();
  view[Symbol.dispose]();
  for (let count = 0; count < 4; count += 1) {
    const next = await move(connection, server);
    assert.notEqual(next.bytes.buffer, buffer, "memory that was taken was used again");
    assert.notEqual(next.bytes.buffer, viewed, "memory that was looked at was used again");
  }
});

test("T31 256 KiB are kept for a server, and not a byte more", async () => {
  await using kernel = await Kernel.start();
  await using sender = await Kernel.join(await kernel.invite());
  using server = await kernel.createServer({ recycle: true });
  using connection = await sender.connect(server.sid);
  const known = new Set<ArrayBuffer>();
  /** Receives so many messages of 8 KiB, and drops them all; how many of them were in memory that is known. */
  const round = async (count: number): Promise<number> => {
    const messages = [];
    for (let received = 0; received < count; received += 1) {
      await connection.moveCopy(1, new Uint8Array(8_192));
      const message = await server.receive({ timeoutMs: 10_000 });
      assert(message.kind === "move");
      messages.push(message);
    }
    const again = messages.filter(({ bytes }) => known.has(bytes.buffer)).length;
    for (const message of messages) {
      known.add(message.bytes.buffer);
      message[Symbol.dispose]();
    }
    return again;
  };
  assert.equal(await round(32), 0);
  assert.equal(await round(32), 32);
  // The one too many comes into an empty store.
  assert.equal(await round(33), 32);
  assert.equal(await round(2), 1);
});
