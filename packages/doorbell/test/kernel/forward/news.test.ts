/** What the kernel tells of a thread while a message arrives that was passed on: none is lost, and no lane ends under it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { ToThread } from "../../../src/kernel/broker/protocol.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import { connectTo } from "../../../src/kernel/thread/connection.ts";
import { makeServer, type ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection, Message } from "../../../src/kernel/types.ts";
import { LoneStation } from "../support/lone-station.ts";
import type { RawLane, RawSlot } from "../support/raw-lane.ts";
import { scalarOf } from "./chain.ts";

const [forwarder, caller, target] = [6, 7, 8];
const key = 2 ** 40 + 3;

/** A call of the caller's that the forwarder passes on. */
const passedCall = (call: number): RawSlot => ({ kind: Kind.blockingScalar, id: 1, call, fifth: key, depth: 1 });
const { opened } = LoneStation;
const closed: ToThread = { type: "closed", peer: forwarder, connection: 0 };
const gone: ToThread = { type: "peerGone", peer: forwarder };

function withServer(run: (lone: LoneStation, server: ServerHandle, there: RawLane) => void, isOpen = true): void {
  using lone = new LoneStation();
  const { server } = makeServer(lone.station, { queueMax: 4 });
  const { told, there } = lone.lay(forwarder);
  lone.station.control.handle(told);
  if (isOpen) lone.station.control.handle(opened(forwarder));
  run(lone, server, there);
}

/** A passed on call was received, and its answer goes to who called. */
function assertPassed(message: Message | undefined, call: number, to: RawLane): void {
  assert(message !== undefined, "a call that was passed on is lost");
  assert.deepEqual([message.sender, message.id], [forwarder, 1]);
  scalarOf(message).answer(9);
  const answer = to.read();
  assert.deepEqual(
    [answer?.kind, answer?.call, answer?.a],
    [Kind.passedAnswer, call, 9],
    "a call that was passed on is lost, and this is another",
  );
}

for (const [when, isOpen] of [
  ["the way to the caller is looked up", true],
  ["its connection is looked up", false],
] as const)
  test(`the forwarder's end is heard of while ${when}: the call is there`, () =>
    withServer((lone, server, there) => {
      const { told, there: back } = lone.lay(caller);
      there.write({ ...passedCall(3), length: caller, caller });
      there.write({ ...passedCall(4), length: caller, caller });
      if (!isOpen) lone.news.push(opened(forwarder));
      lone.news.push(told, gone);
      lone.station.pump();
      assertPassed(server.tryReceive(), 3, back);
      assertPassed(server.tryReceive(), 4, back);
      assert.deepEqual(lone.asked("quarantine"), []);
      assert.equal(lone.station.lanes.get(forwarder), undefined, "its lane has ended");
    }, isOpen));

test("memory that goes by the port: each call has its own, also if its forwarder ends in the middle", () =>
  withServer((lone, server, there) => {
    const { told } = lone.lay(caller);
    for (const fill of [1, 2]) {
      const bytes = new Uint8Array(600).fill(fill);
      there.port.postMessage(bytes.buffer, [bytes.buffer]);
      // Where: by the port.
      there.writer.write(Kind.lend | (2 << 8), 0, 1, fill, 0, Number.NaN, Number.NaN, 0, caller);
      there.writer.writeFifth(key);
      there.writer.writeBytes(600, -1);
      there.writer.writePassed(1, caller, true);
      there.writer.publish();
    }
    lone.news.push(told, gone);
    lone.station.pump();
    for (const fill of [1, 2]) {
      const message = server.tryReceive();
      assert(message?.kind === "lend", "a lend that was passed on is lost");
      assert.deepEqual(new Set(message.bytes), new Set([fill]));
    }
  }));

test("the connection's end is heard of while the way is looked up: what was sent before is there", () =>
  withServer((lone, server, there) => {
    const { told, there: back } = lone.lay(caller);
    for (const call of [3, 4]) there.write({ ...passedCall(call), caller });
    lone.news.push(told, closed);
    lone.station.pump();
    assert.deepEqual(lone.asked("quarantine"), [], "an honest lane was cut");
    assert.deepEqual(lone.asked("released"), [], "the index is free while messages of it are held");
    for (const call of [3, 4]) assertPassed(server.tryReceive(), call, back);
    assert.equal(lone.asked("released").length, 1);
  }));

for (const isEnding of [true, false])
  test(`memory that cannot be read is ${isEnding ? "nobody's fault in a thread that is being ended" : "its sender's fault"}`, () =>
    withServer((lone, server, there) => {
      lone.isEnding = isEnding;
      there.writer.write(Kind.move | (2 << 8), 0, 1, 0, 0, 0, 0, 0, 0);
      there.writer.writeBytes(600, -1);
      there.writer.publish();
      lone.station.pump();
      assert.equal(server.tryReceive(), undefined);
      assert.equal(lone.asked("quarantine").length, isEnding ? 0 : 1);
    }));

test("a word by the kernel that a call was passed on counts if it names the call's key", async () => {
  using lone = new LoneStation();
  const { station } = lone;
  const connecting = connectTo(station, Sid.random());
  const { told } = lone.lay(forwarder);
  const [{ request } = { request: 0 }] = lone.asked("connect");
  station.control.handle(told);
  const connected = { type: "connected", request, peer: forwarder, connection: 0, queueMax: 4, opcodes: undefined };
  station.control.handle(connected as ToThread);
  const connection = await connecting;
  const ends: string[] = [];
  const call = connection.blockingScalar(1).catch((error: unknown) => void ends.push((error as { code: string }).code));
  const word = { type: "passed", call: 0, key: 2 ** 52 + 1, depth: 1, holder: target } as const;
  const { told: laid } = lone.lay(target);
  station.control.handle(laid);
  for (const lie of [{ key: 2 ** 52 }, { key: Number.NaN }, { call: 1 }, { depth: 0 }, { depth: Number.NaN }])
    station.control.handle({ ...word, holder: 99, ...lie });
  station.control.handle({ ...word, depth: 2 });
  // Older words come too late to count.
  station.control.handle({ ...word, holder: 99 });
  station.control.handle({ type: "peerGone", peer: forwarder });
  await new Promise(setImmediate);
  assert.deepEqual(ends, [], "the call is not the forwarder's any more");
  station.control.handle({ type: "peerGone", peer: target });
  await call;
  assert.deepEqual(ends, ["ServerNotFound"]);
});

test("a caller whose ring is full is told by the kernel that its call was passed on", async () => {
  using lone = new LoneStation();
  const { station } = lone;
  const { server } = makeServer(station, { queueMax: 4 });
  const [from, to] = [lone.lay(caller), lone.lay(target)];
  for (const { told } of [from, to]) station.control.handle(told);
  station.control.handle(opened(caller));
  const connectionTo = async (peer: number): Promise<Connection> => {
    const connecting = connectTo(station, Sid.random());
    const [{ request } = { request: 0 }] = lone.asked("connect").splice(-1);
    const news = { type: "connected", request, peer, connection: 0, queueMax: 100, opcodes: undefined } as const;
    station.control.handle(news);
    return await connecting;
  };
  const [back, on] = [await connectionTo(caller), await connectionTo(target)];
  while (back.tryScalar(1) === undefined);
  from.there.write({ kind: Kind.blockingScalar, id: 1, call: 3, fifth: key });
  const message = server.receiveSync();
  assert.equal(message.tryForward(on, 1), "ServerQueueFull", "the way is asked for");
  for (const { request } of lone.asked("introduce"))
    station.control.handle({ type: "done", request, result: undefined });
  assert.equal(message.tryForward(on, 1), undefined);
  assert.deepEqual(
    lone.asked("passed"),
    [{ type: "passed", peer: caller, call: 3, key, depth: 1, holder: target }],
    "the word that a call was passed on is lost",
  );
});

test("the way is not laid in time, is refused, is laid after all", async () => {
  using lone = new LoneStation();
  const { station } = lone;
  const { server } = makeServer(station, { queueMax: 4 });
  const [from, to] = [lone.lay(caller), lone.lay(target)];
  for (const { told } of [from, to]) station.control.handle(told);
  station.control.handle(opened(caller));
  const connecting = connectTo(station, Sid.random());
  const [{ request } = { request: 0 }] = lone.asked("connect");
  const told = { type: "connected", request, peer: target, connection: 0, queueMax: 4, opcodes: undefined } as const;
  station.control.handle(told);
  const connection: Connection = await connecting;
  const next = (): Message => {
    from.there.write({ kind: Kind.blockingScalar, id: 1, call: 3, fifth: key });
    return server.receiveSync();
  };
  const message = next();
  const passing = message.forward(connection, 1, { timeoutMs: 50 });
  lone.pass(49);
  await new Promise(setImmediate);
  lone.pass(1);
  await assert.rejects(passing, { code: "Timeout", detail: "unsent" });
  assert.throws(() => message.forwardSync(connection, 1, { timeoutMs: 0 }), { code: "Timeout", detail: "unsent" });

  const reply = (type: "done" | "failed"): void => {
    for (const { request } of lone.asked("introduce").splice(0))
      station.control.handle(
        type === "done" ? { type, request } : { type, request, code: "ServerNotFound", detail: "" },
      );
    lone.posted.length = 0;
  };
  lone.posted.length = 0;
  assert.equal(message.tryForward(connection, 1), "ServerQueueFull");
  assert.equal(message.tryForward(connection, 1), "ServerQueueFull");
  assert.equal(lone.asked("introduce").length, 0, "it was asked for before, and is not asked for again");
  await assertRefusedOnce();
  assert.equal(scalarOf(message).owed, true);

  async function assertRefusedOnce(): Promise<void> {
    const waiting = message.forward(connection, 1);
    waiting.catch(() => {});
    assert.equal(lone.asked("introduce").length, 1);
    reply("failed");
    await assert.rejects(waiting, { code: "ServerNotFound" });
    assert.equal(message.tryForward(connection, 1), "ServerNotFound", "a refusal is told as a full queue");
    assert.deepEqual(lone.asked("introduce"), []);
  }
});
