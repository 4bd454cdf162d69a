/** A thread that means the name server no good: sends it everything, floods it, or waits for names by the thousand. */
import { Random } from "@doorbell-js/test-support/seed";

import { encodeNew } from "../../../src/kernel/archive/archive.ts";
import { u32 } from "../../../src/kernel/archive/scalars.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { nameServerSid, NameService } from "../../../src/kernel/names/server.ts";

/** What a pest is told. */
export interface Pest {
  readonly how: "everything" | "flood" | "wait";
  readonly seed: number;
  /** How many messages or waits. */
  readonly count: number;
  /** How many it has made: written here, read by the test. */
  readonly counter: SharedArrayBuffer;
}

const kernel = await Kernel.join();
const { how, seed, count, counter } = kernel.data as Pest;
const made = new Int32Array(counter);
const random = new Random(seed);
const connection = await kernel.connect(Sid.from(nameServerSid.words()));

if (how === "everything") await everything();
else if (how === "flood") await flood();
else await wait();

/** Messages of every kind, known opcodes and unknown, whose bytes are nearly right, or nothing at all. */
async function everything(): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const id = random.pick([0, 1, 2, 3, 4, 5, 6, 7, 1_000, 2 ** 31, 2 ** 32 - 1]);
    const bytes = random.below(2) === 0 ? noise(random.pick([0, 1, 2, 64, 65, 200, 8_192, 9_000])) : nearly();
    const extent = {
      offset: random.pick([undefined, 0, -1, Infinity]),
      valid: random.pick([undefined, undefined, undefined, bytes.length, -1, 0.5, 2 ** 40]),
    };
    const words = [random.pick([0, 1, -1, Number.NaN, Infinity, 2 ** 53]), -0, 1e308];
    const options = { timeoutMs: 20_000 };
    // A call that is dropped is Unanswered; memory goes back.
    const unanswered = (error: { code?: string }): void => {
      if (error.code !== "Unanswered") throw error as Error;
    };
    switch (random.below(5)) {
      case 0:
        await connection.scalar(id, words, options);
        break;
      case 1:
        await connection.blockingScalar(id, words, options).catch(unanswered);
        break;
      case 2:
        await connection.lend(id, Memory.copyOf(bytes), { ...extent, ...options });
        break;
      case 3:
        await connection.mutableLend(id, Memory.copyOf(bytes), { ...extent, ...options });
        break;
      default:
        await connection.move(id, Memory.copyOf(bytes), { ...extent, ...options });
    }
    Atomics.add(made, 0, 1);
  }
  // What it said that could be understood may wait for a name: it takes that along.
  await connection.blockingScalar(NameService.entries.trustedInitDone.opcode);
}

/** Bytes that are a value of an opcode, with a name that can be or not, and then changed here or there. */
function nearly(): Uint8Array {
  const { register, connect, unregister } = NameService.entries;
  const name = random.pick(["a", "x".repeat(63), "é", "name\0", "\u009b", ""]);
  const bytes = random.pick([
    () =>
      encodeNew(register.value as never, {
        name,
        server: random.below(3),
        limit: random.pick([undefined, 0, 1, 2 ** 32 - 1]),
      }),
    () =>
      encodeNew(connect.value as never, {
        name,
        request: random.pick([-1, Number.NaN, 1e9 + random.below(100)]),
        wait: random.below(2) === 1,
      }),
    () => encodeNew(unregister.value as never, { name, sid: [1, 2, 3, random.below(9)] }),
    () => encodeNew(u32, random.below(2 ** 32)),
  ])();
  const changed = random.below(3);
  for (let change = 0; change < changed; change += 1) {
    const at = random.below(bytes.length);
    // The length of a name, the middle of a character, or anything.
    bytes[at] = random.pick([0, 63, 64, 65, 0x80, 0xc3, 0xed, 0xf4, 0xff, random.below(256)]);
  }
  return random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
}

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** As many messages as there is room for, again and again. */
async function flood(): Promise<void> {
  const rows = new Float64Array(128);
  let asked = 0;
  for (;;) {
    const sent = connection.tryScalars(random.pick([0, 3, 77]), rows);
    if (typeof sent === "number") Atomics.add(made, 0, sent);
    if (asked < 8) {
      asked += 1;
      const answered = (): void => {
        asked -= 1;
        Atomics.add(made, 0, 1);
      };
      kernel.names.tryConnect("nothing of this name").then(answered, answered);
    }
    await new Promise(setImmediate);
  }
}

/** Waits for names that nobody has, and one that is full. */
async function wait(): Promise<void> {
  for (let asked = 0; asked < count; asked += 1) {
    const name = asked % 2 === 0 ? "full" : `nobody ${asked % 1_000}`;
    kernel.names.connect(name).catch(() => {});
    Atomics.add(made, 0, 1);
    if (asked % 1_000 === 0) await kernel.names.trustedInitDone();
  }
  await kernel.names.trustedInitDone();
  Atomics.store(made, 0, count + 1);
}
