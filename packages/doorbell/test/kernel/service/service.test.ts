import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { list, record } from "../../../src/kernel/archive/composites.ts";
import { u16, u8 } from "../../../src/kernel/archive/scalars.ts";
import { text } from "../../../src/kernel/archive/strings.ts";
import { KernelError } from "../../../src/kernel/errors.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Client } from "../../../src/kernel/service/client.ts";
import type { ServiceServer } from "../../../src/kernel/service/server.ts";
import { blockingScalar, lend, move, mutableLend, scalar, service } from "../../../src/kernel/service/service.ts";

const Status = record({ ssid: text(32), linkState: u16 });
const Everything = service({
  add: scalar(0, "Adds the first number."),
  total: blockingScalar(1, "The sum so far."),
  pair: blockingScalar(2, { answer: 2 }),
  five: blockingScalar(3, { answer: 5 }),
  status: lend(4, { value: Status, doc: "The state, to be read." }),
  shout: mutableLend(5, { value: text(100), answer: list(u8, 200) }),
  publish: move(6, { value: Status }),
  rawLend: lend(7),
  rawMutable: mutableLend(8),
  rawMove: move(9),
});
type E = (typeof Everything)["entries"];

const isCode =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof KernelError && error.code === code && message.test(error.message);

describe("a typed service", () => {
  let kernel: Kernel;
  let server: ServiceServer<E>;
  let client: Client<typeof Everything>;
  const heard: unknown[] = [];
  const errors: unknown[] = [];
  let sum = 0;

  before(async () => {
    kernel = await Kernel.start();
    server = await kernel.createServer(Everything);
    client = await kernel.connect(server.sid, Everything);
    void server.serve(
      {
        add: ({ words }) => void (sum += words[0]),
        total: () => sum,
        pair: ({ words }) => [words[0], words[1]],
        five: async ({ words }) => await Promise.resolve([...words, 5] as const),
        status: ({ value }) => void heard.push(value),
        shout: ({ value }) => {
          if (value === "throw") throw new Error("as told");
          return [...Buffer.from(value.toUpperCase())];
        },
        publish: ({ value }) => void heard.push(value),
        rawLend: ({ bytes, offset }) => void heard.push([...bytes, offset]),
        rawMutable: ({ bytes }) => void bytes.fill(7),
        rawMove: (message) => void heard.push(message.take().bytes.length),
      },
      (error) => errors.push(error),
    );
  });
  after(() => kernel.leave());

  test("scalars carry numbers, and are answered with 1, 2 or 5", async () => {
    await client.add(2);
    client.addSync(3);
    assert.equal(client.tryAdd(4), undefined);
    assert.equal(await client.total(), 9);
    assert.equal(await client.tryTotal(), 9);
    assert.throws(() => client.totalSync(), isCode("Deadlock"));
    assert.deepEqual(await client.pair(1, 2), [1, 2]);
    assert.deepEqual(await client.five(1, 2, 3, 4), [1, 2, 3, 4, 5]);
  });

  test("values are encoded into the memory that is lent or moved", async () => {
    const status = { ssid: "café", linkState: 3 };
    await client.status(status);
    assert.deepEqual(heard.splice(0), [status]);
    await client.publish(status);
    await client.total();
    assert.deepEqual(heard.splice(0), [status]);
    assert.deepEqual(await client.shout("abc"), [...Buffer.from("ABC")]);
    await assert.rejects(
      async () => await client.status({ ssid: "x".repeat(33), linkState: 1 }),
      isCode("InvalidArgument", /value\.ssid/),
    );
  });

  test("plain memory goes as it is", async () => {
    const memory = Memory.copyOf(Uint8Array.of(1, 2));
    await client.rawLend(memory, { offset: 5 });
    assert.deepEqual(heard.splice(0), [[1, 2, 5]]);
    await client.rawMutable(memory);
    assert.deepEqual([...memory.bytes], [7, 7]);
    await client.rawMove(memory);
    await client.total();
    assert.deepEqual(heard.splice(0), [2]);
  });

  test("a handler that throws drops its message, and the service goes on", async () => {
    await assert.rejects(client.shout("throw"), isCode("Unanswered"));
    assert.match(String(errors.pop()), /as told/);
    assert.equal(await client.total(), 9);
  });

  test("what the service does not declare is turned away and counted: an opcode, a kind, a payload", async () => {
    const { connection } = client;
    await connection.scalar(77);
    await connection.scalar(1);
    await assert.rejects(connection.blockingScalar(0), isCode("Unanswered"));
    // No value of the shape: its caller hears of it, and the server's program does not.
    const malformed = Memory.copyOf(Uint8Array.of(200, 1));
    await assert.rejects(connection.lend(4, malformed, { valid: 2 }), isCode("SerializationError", /no value/));
    await assert.rejects(connection.lend(4, new Memory(3), { valid: 4 }), isCode("SerializationError"));
    await connection.move(6, malformed);
    assert.equal(await client.total(), 9);
    assert.equal(server.unexpected, 6);
    assert.deepEqual(errors, []);
    assert.deepEqual(heard, []);
  });

  test("its id is narrowed to opcodes by their names", async () => {
    using narrowed = await server.narrow({ opcodes: ["total", "pair"] });
    using some = await kernel.connect(narrowed.sid, Everything);
    assert.deepEqual([await some.total(), await some.pair(1, 2)], [9, [1, 2]]);
    const denied = server.denied;
    await assert.rejects(some.five(), isCode("AccessDenied"));
    // Its own thread refuses it, and tells the server so by the kernel.
    await until("the count", () => server.denied === denied + 1);
    const unknown = Reflect.apply(server.narrow.bind(server), undefined, [
      { opcodes: ["nothing"] },
    ]) as Promise<unknown>;
    await assert.rejects(unknown, isCode("InvalidArgument", /no opcode nothing/));
  });

  test("with() gives its calls a deadline", async () => {
    const other = await kernel.createServer(Everything);
    using slow = await kernel.connect(other.sid, Everything);
    await assert.rejects(slow.with({ timeoutMs: 1 }).total(), isCode("Timeout"));
    other.destroy({ force: true });
  });

  test("messages are told apart by is(), and carry what their opcode does", async () => {
    using other = await kernel.createServer(Everything);
    using caller = await kernel.connect(other.sid, Everything);
    const total = caller.total();
    const shout = caller.shout("é");
    await caller.add(8);
    for (let left = 3; left > 0; left -= 1) {
      using message = left === 1 ? (other.tryReceive() ?? (await other.receive())) : other.receiveSync();
      if (message.is("total")) {
        assert.throws(() => Reflect.apply(message.answer, message, [1, 2]), isCode("InvalidArgument"));
        message.answer(3);
      }
      if (message.is("shout")) message.answer([message.value.length]);
      if (message.is("add")) assert.deepEqual(message.words, [8, 0, 0, 0]);
    }
    assert.deepEqual([await total, await shout], [3, [1]]);
  });

  test("wrong kinds and wrong answers do not compile", () => {
    void ((message: Awaited<ReturnType<typeof server.receive>>) => {
      // @ts-expect-error -- there is no such opcode
      message.is("nothing");
      // @ts-expect-error -- a scalar is not answered
      if (message.is("add")) message.answer(1);
      // @ts-expect-error -- one number
      if (message.is("total")) message.answer(1, 2);
      // @ts-expect-error -- two numbers
      if (message.is("pair")) message.answer(1);
      // @ts-expect-error -- a list of numbers
      if (message.is("shout")) message.answer("text");
      // @ts-expect-error -- no memory comes with a blocking scalar
      if (message.is("total")) void message.bytes;
      // @ts-expect-error -- words are numbers
      void client.add("1");
      // @ts-expect-error -- four at most
      void client.add(1, 2, 3, 4, 5);
      // @ts-expect-error -- another shape
      void client.status({ ssid: 5, linkState: 1 });
    });
  });

  test("a service declares each opcode once, and says what it has", () => {
    assert.throws(
      () => service({ a: scalar(1), b: move(1) }),
      isCode("InvalidArgument", /a and b have the same opcode, 1/),
    );
    assert.throws(() => service({ a: scalar(-1) }), isCode("InvalidArgument", /unsigned word/));
    assert.throws(() => service({ a: scalar(2 ** 32) }), isCode("InvalidArgument", /unsigned word/));
    assert.throws(() => service({ with: scalar(1) }), isCode("InvalidArgument", /named with/));
    assert.match(
      Everything.describe(),
      /^0 {2}add {2}scalar {2}Adds the first number\.\n1 {2}total {2}blockingScalar {2}The sum so far\.\n/,
    );
  });
});
