/** T31: the limits of the kernel that no option moves: L - 1 and L are accepted, L + 1 is refused by name. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { decode, encodeNew } from "../../../src/kernel/archive/archive.ts";
import type { Shape } from "../../../src/kernel/archive/codec.ts";
import { list, variant } from "../../../src/kernel/archive/composites.ts";
import { u8, unit } from "../../../src/kernel/archive/scalars.ts";
import { bytes, text } from "../../../src/kernel/archive/strings.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { CONNECTIONS_IN_LANE, CONNECTIONS_IN_PAGE } from "../../../src/kernel/ring/layout.ts";
import { scalar, service } from "../../../src/kernel/service/service.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { RawParty } from "../support/raw-party.ts";

const invalid = { code: "InvalidArgument" };
let kernel: Kernel;
let server: ServerHandle;
let connection: Connection;
before(async () => {
  kernel = await Kernel.start();
  server = await kernel.createServer();
  connection = await kernel.connect(server.sid);
});
after(() => kernel.leave());

/** Refuses it, and the queue is as empty as it was. */
async function refused(run: () => unknown): Promise<void> {
  const report = await kernel.inspect();
  await assert.rejects(async () => run(), invalid, "one more than the limit was accepted");
  assert.deepEqual(await kernel.inspect(), report, "what was refused is half done");
  assert.equal(server.tryReceive(), undefined, "what was refused is half done");
}

const tests: Readonly<Record<string, () => Promise<void>>> = {
  async "four numbers of a scalar"() {
    for (const words of [[], [1, 2, 3], [1, 2, 3, 4]]) {
      await connection.scalar(1, words);
      const message = await server.receive();
      assert(message.kind === "scalar");
      assert.deepEqual(message.words, [...words, 0, 0, 0, 0].slice(0, 4));
    }
    await refused(() => connection.scalar(1, [1, 2, 3, 4, 5]));
    await refused(() => connection.tryScalar(1, [1, 2, 3, 4, 5]));
    await refused(() => connection.blockingScalar(1, [1, 2, 3, 4, 5]));
    await refused(() => connection.tryScalars(1, new Float64Array(5)));
  },
  async "1, 2 or 5 numbers of an answer"() {
    for (const count of [1, 2, 5]) {
      const asked = connection.blockingScalar(1);
      const message = await server.receive();
      assert(message.kind === "blockingScalar");
      for (const wrong of [0, 3, 4, 6]) {
        const words = Array.from({ length: wrong }, () => 1) as unknown as [number];
        assert.throws(() => message.answer(...words), invalid, "one more than the limit was accepted");
        assert.equal(message.owed, true, "what was refused is half done");
      }
      message.answer(...(Array.from({ length: count }, (_, at) => at) as unknown as [number]));
      assert.equal((await asked).length, count);
    }
  },
  async "opcodes of 32 bits"() {
    for (const id of [0, 1, 2 ** 32 - 2, 2 ** 32 - 1]) {
      await connection.scalar(id);
      assert.equal((await server.receive()).id, id);
      (await server.narrow({ opcodes: [id] })).revoke();
      service({ one: scalar(id) });
    }
    for (const id of [-1, 2 ** 32, 2 ** 32 + 1, 0.5, Number.NaN]) {
      await refused(() => connection.scalar(id));
      await refused(() => connection.lend(id, new Memory(1)));
      await refused(() => server.narrow({ opcodes: [1, id] }));
      assert.throws(() => service({ one: scalar(id) }), invalid);
    }
  },
  async "the length of memory"() {
    for (const length of [0, 1, 2 ** 20]) assert.equal(new Memory(length).byteLength, length);
    for (const length of [-1, 0.5, 2 ** 32, Number.NaN]) assert.throws(() => new Memory(length), invalid);
    assert.throws(() => Memory.adopt(new ArrayBuffer(1, { maxByteLength: 2 })), invalid);
  },
  async "four words of an id, and 16 bytes of a well-known one"() {
    Sid.from([0, 2 ** 32 - 2, 2 ** 32 - 1, 1]);
    for (const words of [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
      [1, 2, 3, 2 ** 32],
      [1, 2, 3, -1],
    ])
      assert.throws(() => Sid.from(words), invalid, "one more than the limit was accepted");
    for (const bytes of [1, 15, 16]) Sid.wellKnown("x".repeat(bytes));
    for (const text of ["", "x".repeat(17), "é".repeat(8) + "x"])
      assert.throws(() => Sid.wellKnown(text), invalid, "one more than the limit was accepted");
  },
  async "the greatest length of text, bytes and lists"() {
    const lengths = <T>(make: (max: number) => Shape<T>, value: (length: number) => T): void => {
      for (const max of [1, 255, 256, 65_535, 65_536]) {
        const shape = make(max);
        for (const length of [max - 1, max]) {
          const encoded = encodeNew(shape, value(length));
          assert(encoded.length <= shape.bytesMax);
          assert.deepEqual(decode(shape, encoded), value(length));
        }
        assert.throws(() => encodeNew(shape, value(max + 1)), invalid, "one more than the limit was accepted");
        // Written by one who has a longer shape of the same layout, where there is one.
        if (max !== 255 && max !== 65_535)
          assert.throws(() => decode(shape, encodeNew(make(max + 1), value(max + 1))), { code: "SerializationError" });
      }
      make(2 ** 28 - 1);
      make(2 ** 28);
      for (const max of [2 ** 28 + 1, -1, 0.5]) assert.throws(() => make(max), invalid);
    };
    lengths(text, (length) => "x".repeat(length));
    lengths(bytes, (length) => new Uint8Array(length));
    lengths<readonly number[]>(
      (max) => list(u8, max),
      (length) => Array.from({ length }, () => 7),
    );
  },
  async "the kinds of a variant"() {
    const kinds = (count: number): Record<string, Shape<undefined>> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`kind${at}`, unit]));
    for (const count of [1, 255, 256]) {
      const shape = variant(kinds(count));
      const last = { kind: `kind${count - 1}` };
      assert.deepEqual(decode(shape, encodeNew(shape, last)), last);
      if (count < 256) assert.throws(() => decode(shape, Uint8Array.of(count)), { code: "SerializationError" });
    }
    for (const count of [0, 257])
      assert.throws(() => variant(kinds(count)), invalid, "one more than the limit was accepted");
  },
  async "connections past those with a place in the lane"() {
    using raw = new RawParty(await kernel.invite());
    await raw.hears("welcome");
    const edges = [CONNECTIONS_IN_LANE, CONNECTIONS_IN_LANE + CONNECTIONS_IN_PAGE];
    const made: Connection[] = [];
    for (let number = 1; number <= Math.max(...edges) + 1; number += 1) {
      const sid = Sid.random();
      raw.post({ type: "createServer", request: number, server: number, sid: sid.words(), queueMax: 1 });
      made.push(await kernel.connect(sid));
      if (!edges.some((edge) => Math.abs(number - edge) <= 1)) continue;
      const last = made.at(-1);
      assert.equal(last?.tryScalar(number), undefined);
      assert.equal(last?.tryScalar(number), "ServerQueueFull", "one too many was taken");
    }
    const { servers } = await kernel.inspect();
    const queued = servers.filter((one) => one.queued > 0).map((one) => one.server);
    assert.deepEqual(
      queued,
      edges.flatMap((edge) => [edge - 1, edge, edge + 1]),
    );
    // One for each edge: told before the client was, but by another port.
    const pages = (): number => raw.all.filter(({ type }) => type === "page").length;
    await until("both pages", () => pages() >= 2);
    assert.equal(pages(), 2);
  },
};

for (const [name, run] of Object.entries(tests)) test(`T31 limits: ${name}`, { timeout: 30_000 }, run);
test("T31 limits: what no option moves", (t) => {
  report(t, `T31 kernel limits: covered ${Object.keys(tests).length} that no option moves`);
});
