import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import * as a from "../../../src/kernel/archive/index.ts";
import { KernelError } from "../../../src/kernel/errors.ts";

const is = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof KernelError && error.code === code && text.test(error.message);

test("K16 twenty bytes that claim millions of elements reserve nothing for them", () => {
  const huge = a.list(a.list(a.record({ n: a.f64, t: a.text(2 ** 28) }), 2 ** 28), 2 ** 28);
  // Just below every limit: only what is left of the bytes can refuse it.
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(0, 2 ** 28, true);
  const before = process.memoryUsage();
  for (let time = 0; time < 20; time += 1) assert.throws(() => a.decode(huge, bytes), is("SerializationError", /left/));
  const after = process.memoryUsage();
  assert(after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers < 8 * 2 ** 20);
});

test("K16 a prototype that was tampered with neither gets nor gives values", () => {
  const caught: unknown[] = [];
  // oxlint-disable-next-line no-extend-native -- what is tested
  Object.defineProperty(Object.prototype, "tampered", {
    configurable: true,
    set(value) {
      caught.push(value);
    },
  });
  try {
    const value = a.decode(a.record({ tampered: a.u8 }), Uint8Array.of(7));
    assert(Object.hasOwn(value, "tampered"));
    assert.deepEqual(caught, []);
  } finally {
    delete (Object.prototype as { tampered?: unknown }).tampered;
  }
});

test("K16 bytes that lie about their length bring nothing older with them", () => {
  class Liar extends Uint8Array {
    override get length(): number {
      return 5;
    }
  }
  const memory = new Uint8Array(16).fill(0x53);
  const written = a.encode(a.bytes(8), new Liar(2), memory);
  assert.deepEqual(memory.subarray(0, written), Uint8Array.of(2, 0, 0));
});

test("K16 what is decoded shares no memory with the message, and shared memory is copied first", () => {
  const shape = a.record({ raw: a.bytes(80), name: a.text(9) });
  for (const length of [3, 80]) {
    const message = a.encodeNew(shape, { raw: new Uint8Array(length).fill(1), name: "x" });
    const { raw } = a.decode(shape, message);
    message.fill(9);
    assert(raw.every((byte) => byte === 1));
    assert.equal(raw.buffer.byteLength, raw.length);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(64));
  const length = a.encode(shape, { raw: Uint8Array.of(1, 2), name: "café" }, shared);
  assert.deepEqual(a.decode(shape, shared.subarray(0, length)), { raw: Uint8Array.of(1, 2), name: "café" });
  assert.equal(Buffer.isBuffer(a.decode(a.bytes(9), Buffer.from([1, 7]))), false);
});

test("K16 a getter that encodes meanwhile, or throws, disturbs nothing", () => {
  const shape = a.record({ first: a.text(30), second: a.u16 });
  const value = {
    first: "outer",
    get second(): number {
      assert.deepEqual(a.decode(shape, a.encodeNew(shape, { first: "inner, and longer", second: 2 })).second, 2);
      return 1;
    },
  };
  assert.deepEqual(a.decode(shape, a.encodeNew(shape, value)), { first: "outer", second: 1 });
  const own = new Error("mine");
  const throws = {
    first: "x",
    get second(): number {
      throw own;
    },
  };
  assert.throws(() => a.encodeNew(shape, throws), own);
  assert.deepEqual(a.decode(shape, a.encodeNew(shape, { first: "y", second: 3 })), { first: "y", second: 3 });
});

test("K16 where code may not be generated, everything works as well", () => {
  const index = new URL("../../../src/kernel/archive/index.js", import.meta.url).href;
  const program = `
    import { decode, encodeNew, list, record, text, u16 } from ${JSON.stringify(index)};
    let forbidden = false;
    try { new Function(""); } catch { forbidden = true; }
    const shape = list(record({ a: text(9), b: u16 }), 9);
    console.log(forbidden, JSON.stringify(decode(shape, encodeNew(shape, [{ a: "x", b: 2 }]))));`;
  const options = ["--disallow-code-generation-from-strings", "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: "utf8" });
  assert.equal(stdout, 'true [{"a":"x","b":2}]\n', stderr);
});
