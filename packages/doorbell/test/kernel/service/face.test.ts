/** Public faces: what is listed goes on, what is answered here is, and all else is closed. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { until, within } from "@doorbell-js/test-support/until";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Client } from "../../../src/kernel/service/client.ts";
import { face, here } from "../../../src/kernel/service/face.ts";
import type { ServiceServer } from "../../../src/kernel/service/server.ts";
import { service } from "../../../src/kernel/service/service.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { Private, Public, type PublicEntries } from "./face-apis.ts";
import { inOrder } from "./face-client-order.ts";
import type { PrivateOptions } from "./face-private.ts";

const TestFace = face(Public, Private, {
  note: "note",
  twice: "double",
  pair: "pair",
  five: "five",
  ssid: "ssid",
  sum: "sum",
  keep: "keep",
  look: "look",
  publish: "publish",
  store: "store",
  ping: here,
  hello: here,
  told: here,
});

const isCode = (code: string) => (error: unknown) => error instanceof KernelError && error.code === code;
const ask = (): number => 0;

describe("a public face", () => {
  let kernel: Kernel;
  let thread: SpawnedThread;
  let inner: Client<typeof Private>;
  let server: ServiceServer<PublicEntries>;
  let client: Client<typeof Public>;
  let serving: Promise<void>;
  const heard: unknown[] = [];
  const errors: unknown[] = [];

  before(async () => void (kernel = await Kernel.start()));
  after(() => kernel.leave());

  beforeEach(async () => {
    const sid = Sid.random();
    // A queue of four: what goes on has to wait for room.
    const data: PrivateOptions = { sid: sid.words(), queueMax: 4 };
    thread = await kernel.spawn(new URL("./face-private.js", import.meta.url), { data });
    inner = await kernel.connect(sid, Private);
    server = await kernel.createServer(Public);
    client = await kernel.connect(server.sid, Public);
    const handlers = {
      ping: ({ words }: { readonly words: readonly number[] }) => (words[0] ?? 0) + 1,
      hello: ({ value, sender }: { readonly value: string; readonly sender: number }) => `${value}, ${sender}`,
      told: ({ words }: { readonly words: readonly number[] }) => {
        if (words[0] === 13) throw new Error("as told");
        heard.push(words[0]);
      },
    };
    serving = TestFace.serve(server, inner, handlers, (error) => errors.push(error));
  });
  afterEach(async () => {
    server.destroy({ force: true });
    await within("the end of serve", serving);
    await thread.terminate();
    heard.length = 0;
    errors.length = 0;
  });

  test("what is listed goes on: every kind, with its answer, under the private server's opcode", async () => {
    await client.note(5);
    assert.equal(await client.twice(21), 42);
    // Seen from there, it is this thread that sends it.
    assert.deepEqual(await client.pair(1), [1, kernel.thread]);
    assert.deepEqual(await client.five(1, 2, 3, 4), [1, 2, 3, 4, 5]);
    assert.equal(await client.ssid({ ssid: "café", linkState: 3 }), "café");
    const memory = Memory.copyOf(Uint8Array.of(1, 2, 3));
    assert.deepEqual(await client.sum(memory), { offset: 7, valid: 1 });
    assert.deepEqual([...memory.bytes], [6, 2, 3]);
    await client.keep(Array.from({ length: 20_000 }, () => 1));
    assert.deepEqual(await client.look(memory, { valid: 2 }), { offset: 3, valid: 2 });
    await client.publish({ ssid: "é", linkState: 9 });
    await client.store(Memory.copyOf(Uint8Array.of(77)));
    assert.equal(await client.twice(1), 2);
    assert.deepEqual(await inner.log(0), [5, 21, 20_000, 9, 77, 1]);
    assert.equal(server.denied, 0);
  });

  test("what is answered here is answered here, as by any server", async () => {
    assert.equal(await client.ping(1), 2);
    assert.equal(await client.hello("it's me"), `it's me, ${kernel.thread}`);
    await client.told(7);
    await client.told(13);
    assert.equal(await client.ping(2), 3);
    assert.deepEqual(heard, [7]);
    assert.match(String(errors.splice(0)), /as told/);
    // No value of the shape: nobody's matter but its sender's.
    const malformed = client.connection.mutableLend(21, Memory.copyOf(Uint8Array.of(255, 255)), { valid: 2 });
    await assert.rejects(malformed, isCode("SerializationError"));
    assert.equal(await client.ping(3), 4);
    assert.deepEqual([errors, server.unexpected], [[], 1]);
    assert(
      (await inner.received(0)).every((count) => count === 0),
      "the private server heard of it",
    );
  });

  test("all else is closed, by every kind: refused or dropped, counted, and never seen by the private server", async () => {
    const { connection } = client;
    const all = { ...Public.entries, ...Private.entries };
    let refused = 0;
    for (const id of [0, 11, 23, 255, 2 ** 32 - 1, ...Object.values(all).map(({ opcode }) => opcode)]) {
      const open = Object.entries(Public.entries).find(([name, { opcode }]) => opcode === id && name !== "erase");
      const kind = open?.[1].kind;
      const memory = new Memory(3);
      if (kind !== "scalar") await connection.scalar(id, [id]);
      if (kind !== "blockingScalar") await assert.rejects(connection.blockingScalar(id), isCode("AccessDenied"));
      if (kind !== "lend") await assert.rejects(connection.lend(id, memory), isCode("AccessDenied"));
      if (kind !== "mutableLend") await assert.rejects(connection.mutableLend(id, memory), isCode("AccessDenied"));
      if (kind !== "move") await connection.move(id, memory);
      refused += kind === undefined ? 5 : 4;
    }
    await client.ping();
    assert.equal(server.denied, refused);
    assert(
      (await inner.received(0)).every((count) => count === 0),
      "something came through that must not",
    );
  });

  test("a new opcode of the private server is closed until it is listed", async () => {
    // The same public api, which has had `erase` from the first; only the second table lists it.
    await assert.rejects(client.erase(), isCode("AccessDenied"));
    server.destroy({ force: true });
    await serving;
    using second = await kernel.createServer(Public);
    void face(Public, Private, { erase: "erase" }).serve(second, inner);
    using other = await kernel.connect(second.sid, Public);
    assert.equal(await other.erase(), 1);
    await assert.rejects(other.twice(1), isCode("AccessDenied"));
  });

  test("what one client sends in order goes on in order, whatever its kind and however full it is there", async () => {
    // From a thread that the private server's has no way to yet: the first call has to wait for one to be laid, and what
    // came after it is there already.
    using busy = await kernel.createServer(Public);
    const data: SidWords = busy.sid.words();
    const other = await kernel.spawn(new URL("./face-client.js", import.meta.url), { data });
    await until("a queue", async () => (await kernel.inspect()).servers.some(({ queued }) => queued > 100));
    void TestFace.serve(busy, inner, { ping: ask, hello: () => "", told: () => {} });
    assert.equal(await within("the end of the client", other.exited, 60_000), 0);
    assert.deepEqual(await inner.log(0), inOrder);
  });

  test("when the private server ends its callers hear so, and the face goes on", async () => {
    await client.twice(1);
    await inner.end();
    await thread.exited;
    await assert.rejects(within("the refusal", client.twice(1)), isCode("ServerNotFound"));
    await client.note(1);
    await assert.rejects(client.look(new Memory(1)), isCode("ServerNotFound"));
    assert.equal(await client.ping(1), 2);
    await assert.rejects(client.erase(), isCode("AccessDenied"));
    assert.equal(server.denied, 1);
  });

  test("a server refuses messages by itself too, with the code that it says", async () => {
    using other = await kernel.createServer(Public);
    using caller = await kernel.connect(other.sid, Public);
    const [first, second] = [caller.ping(), caller.ping()];
    other.refuse(await other.receive());
    other.refuse(await other.receive(), "LimitReached");
    await assert.rejects(first, isCode("AccessDenied"));
    await assert.rejects(second, isCode("LimitReached"));
    assert.equal(other.denied, 1);
  });

  test("tables, servers, clients and handlers that do not fit are refused with what is wrong", async () => {
    const bad = (table: object, message: RegExp): void =>
      assert.throws(() => Reflect.apply(face, undefined, [Public, Private, table]), {
        code: "InvalidArgument",
        message,
      });
    bad({ nothing: here }, /public api has no opcode nothing/);
    bad({ toString: here }, /public api has no opcode toString/);
    bad({ note: "nothing" }, /note, a scalar, cannot go on as nothing: there is no such opcode there/);
    bad({ note: "constructor" }, /no such opcode/);
    bad({ note: undefined }, /cannot go on as undefined/);
    bad({ note: "double" }, /note, a scalar, cannot go on as double: that is a blockingScalar/);
    bad({ twice: "pair" }, /answered with 2 numbers, and this with 1/);
    bad({ look: "keep" }, /one of them carries a value, the other plain memory/);
    const serve = async (...given: readonly unknown[]): Promise<void> =>
      await (Reflect.apply(TestFace.serve.bind(TestFace), undefined, given) as Promise<void>);
    const wrong = { code: "InvalidArgument" } as const;
    await assert.rejects(serve(server, inner, {}), { ...wrong, message: /The opcode ping has no handler/ });
    const handlers = { ping: ask, hello: ask, told: ask };
    const twin = service({ ...Public.entries });
    using like = await kernel.createServer(twin);
    await assert.rejects(serve(like, inner, handlers), { ...wrong, message: /server is not one of/ });
    await assert.rejects(serve(server, client, handlers), { ...wrong, message: /client is not one of/ });
  });

  test("tables and messages that do not fit do not compile", () => {
    void ((message: Awaited<ReturnType<typeof server.receive>>) => {
      // @ts-expect-error -- another kind
      face(Public, Private, { note: "double" });
      // @ts-expect-error -- another shape
      face(Public, Private, { keep: "look" });
      // @ts-expect-error -- another shape of the answer
      face(Public, Private, { ssid: "log" });
      // @ts-expect-error -- another number of answers
      face(Public, Private, { pair: "five" });
      // @ts-expect-error -- a lend is no mutable lend
      face(Public, Private, { look: "sum" });
      // @ts-expect-error -- there is no such private opcode
      face(Public, Private, { note: "nothing" });
      // @ts-expect-error -- there is no such public opcode
      face(Public, Private, { nothing: "note" });
      // @ts-expect-error -- a handler is missing
      void TestFace.serve(server, inner, { ping: () => 1, told: () => {} });
      // @ts-expect-error -- all are
      void TestFace.serve(server, inner);
      // @ts-expect-error -- a handler of what is passed on
      void TestFace.serve(server, inner, { ping: () => 1, hello: () => "", told: () => {}, note: () => {} });
      // @ts-expect-error -- a client of the public server
      void TestFace.serve(server, client, { ping: () => 1, hello: () => "", told: () => {} });
      // @ts-expect-error -- another kind
      if (message.is("note")) void message.forward(inner, "double");
      // @ts-expect-error -- another shape
      if (message.is("publish")) message.tryForward(inner, "store");
      // @ts-expect-error -- another number of answers
      if (message.is("five")) message.forwardSync(inner, "pair");
      if (message.is("twice")) void message.forward(inner, "double");
    });
  });
});
