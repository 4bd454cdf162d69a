import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Random, seed } from "@doorbell-js/test-support/seed";

import { half, Kind, laneBytes, type RingSize } from "../../../src/kernel/ring/layout.ts";
import { RingReader, RingWriter } from "../../../src/kernel/ring/ring.ts";

interface Ends {
  readonly shared: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly control: number;
  readonly writer: RingWriter;
  readonly reader: RingReader;
}

function ends(size: RingSize, start: number): Ends {
  const shared = new SharedArrayBuffer(laneBytes(size));
  const at = half(size, 0);
  const words = new Int32Array(shared);
  // A ring that has been in use for long: its counters are published as such.
  words[at.control] = start;
  words[at.control + 16] = start;
  return {
    shared,
    words,
    control: at.control,
    writer: new RingWriter(shared, at, size, start),
    reader: new RingReader(shared, at, size, start),
  };
}

/** What a sender can do, a step each; what a receiver can do. */
type Step = "write" | "publish" | "read" | "release";

/** Runs the steps that are possible, in every order there is of so many, and asks the check after each. */
function explore(size: RingSize, start: number, depth: number): number {
  let orders = 0;
  const replay = (steps: readonly Step[]): readonly Step[] => {
    const { writer, reader } = ends(size, start);
    let written = 0;
    let published = 0;
    let read = 0;
    let released = 0;
    for (const step of steps) {
      if (step === "write") writer.write(Kind.scalar, 1, (written += 1), 0, 0, written, 0, 0, 0);
      else if (step === "publish") {
        writer.publish();
        published = written;
      } else if (step === "release") {
        reader.release();
        released = read;
      } else {
        const slot = reader.read();
        read += 1;
        assert.deepEqual([slot.kind, slot.id, slot.a], [Kind.scalar, read, read]);
      }
      assert.equal(reader.available, published - read);
      assert.equal(writer.refresh(), size.slots - (written - released));
    }
    const possible: Step[] = [];
    if (written - released < size.slots) possible.push("write");
    if (published < written) possible.push("publish");
    if (read < published) possible.push("read");
    if (released < read) possible.push("release");
    return possible;
  };
  const walk = (steps: readonly Step[]): void => {
    orders += 1;
    const possible = replay(steps);
    if (steps.length < depth) for (const step of possible) walk([...steps, step]);
  };
  walk([]);
  return orders;
}

describe("a ring", () => {
  for (const slots of [1, 2, 4]) {
    for (const start of [0, 0xfffffff0 | 0, -1, 0x7ffffffe]) {
      test(`T03 ${slots} slots, counters from ${start}: first in, first out, in every order of steps`, (t) => {
        t.diagnostic(`${explore({ slots, bytes: 64 }, start, 11)} orders`);
      });
    }
  }

  test(`T03 bytes in line come out as they went in, whatever their lengths [SEED=${seed}]`, () => {
    const random = new Random();
    for (let round = 0; round < 200; round += 1) {
      const size = { slots: 2 ** random.below(4), bytes: 2 ** (6 + random.below(4)) };
      const { writer, reader, shared } = ends(size, random.pick([0, -3]));
      const queue: Uint8Array[] = [];
      for (let step = 0; step < 200; step += 1) {
        if (random.below(2) === 0) {
          const bytes = new Uint8Array(random.below(writer.inlineMax + 1)).fill(1 + random.below(255));
          if (writer.room === 0) continue;
          const place = writer.place(bytes);
          if (place < 0) {
            // What is refused has taken nothing; an empty ring refuses nothing.
            assert(queue.length > 0);
            continue;
          }
          writer.write(Kind.move, 1, 0, 0, 0, 0, 0, 0, 0);
          writer.writeBytes(bytes.length, place);
          writer.publish();
          queue.push(bytes);
        } else if (reader.available > 0) {
          const slot = reader.read();
          const copy = new Uint8Array(slot.length);
          assert(reader.copy(slot.c, copy));
          assert.deepEqual(copy, queue.shift());
          reader.release();
        }
      }
      while (reader.available > 0) {
        const slot = reader.read();
        assert(reader.copy(slot.c, new Uint8Array(slot.length)));
      }
      reader.release();
      // T27: what was taken is wiped.
      const { slots, bytes } = half(size, 0);
      assert(new Uint8Array(shared, slots * 4, size.slots * 64).every((byte) => byte === 0));
      assert(new Uint8Array(shared, bytes, size.bytes).every((byte) => byte === 0));
    }
  });

  test("T27 scalars in a row are taken up to what is none of them, and their slots wiped", () => {
    for (const start of [0, -2]) {
      const { writer, reader, shared } = ends({ slots: 8, bytes: 64 }, start);
      const kinds = [Kind.scalar, Kind.scalar, Kind.scalar, Kind.blockingScalar, Kind.scalar, Kind.scalar];
      const connections = [3, 3, 3, 3, 3, 4];
      const write = (kind: number, at: number): void =>
        writer.write(kind, connections[at] ?? 0, at, 0, 9, at, -at, at / 2, Number.NaN);
      for (const [at, kind] of kinds.entries()) write(kind, at);
      writer.publish();
      const into = new Float64Array(40);
      const taken = (most: number): number => reader.readScalars(3, most, into, 5);
      assert.equal(taken(2), 2);
      assert.deepEqual([...into.subarray(0, 15)], [0, 0, 0, 0, 0, 0, 0, -0, 0, Number.NaN, 1, 1, -1, 0.5, Number.NaN]);
      assert.equal(taken(8), 1, "a blocking scalar is none");
      assert.equal(taken(8), 0);
      assert.deepEqual([reader.read().kind, reader.peekConnection()], [Kind.blockingScalar, 3]);
      assert.equal(taken(8), 1, "one of another connection is none");
      assert.equal(reader.peekConnection(), 4);
      assert.equal(reader.readScalars(4, 8, into, 0), 1);
      assert.equal(reader.available, 0);
      const { slots } = half({ slots: 8, bytes: 64 }, 0);
      assert(new Uint8Array(shared, slots * 4, 8 * 64).every((byte) => byte === 0));
      reader.release();
      // One that was passed on, or has bytes, is not a scalar as it is sent: it is for the long way to judge.
      write(Kind.scalar | 0x100, 0);
      write(Kind.scalar | 0x10000, 0);
      writer.publish();
      for (let left = 2; left > 0; left -= 1) {
        assert.equal(reader.readScalars(3, 8, into, 0), 0);
        reader.read();
      }
    }
  });

  test("bytes in line are half of the memory at most, and then always find room in an empty ring", () => {
    const { writer, reader } = ends({ slots: 4, bytes: 64 }, 0);
    assert.equal(writer.inlineMax, 32);
    for (const before of [1, 31, 17, 32, 5]) {
      for (const length of [before, 32]) {
        const place = writer.place(new Uint8Array(length));
        assert(place >= 0, `${length} after ${before}`);
        writer.write(Kind.move, 1, 0, 0, 0, 0, 0, 0, 0);
        writer.writeBytes(length, place);
        writer.publish();
        reader.read();
        reader.release();
      }
    }
  });

  test("rule 3: a counter that cannot be is told, not believed", () => {
    for (const lie of [-1, 5, 100, 2 ** 31 - 1]) {
      const one = ends({ slots: 4, bytes: 64 }, 0);
      Atomics.store(one.words, one.control, lie);
      assert.equal(one.reader.available, -1);
      Atomics.store(one.words, one.control + 16, lie);
      assert.equal(one.writer.refresh(), 0);
      assert.equal(one.writer.broken, true);
    }
    // The receiver cannot un-take what it took.
    const { writer, reader, words, control } = ends({ slots: 4, bytes: 64 }, 0);
    writer.write(Kind.scalar, 1, 0, 0, 0, 0, 0, 0, 0);
    writer.publish();
    reader.read();
    reader.release();
    assert.equal(writer.refresh(), 4);
    Atomics.store(words, control + 16, 0);
    assert.equal(writer.refresh(), 0);
    assert.equal(writer.broken, true);
  });

  test("rule 4: bytes outside of the memory are not read", () => {
    const { reader } = ends({ slots: 4, bytes: 64 }, 0);
    for (const from of [-1, 0.5, 33, Number.NaN, Infinity, 2 ** 40])
      assert.equal(reader.copy(from, new Uint8Array(32)), false);
    assert.equal(reader.copy(32, new Uint8Array(32)), true);
  });
});
