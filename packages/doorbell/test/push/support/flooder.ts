/** A notifier that does with its bell what it likes: rings it as fast as it can, or sends what is no ring. */
import { Random } from "@doorbell-js/test-support/seed";

import { encodeNew } from "../../../src/kernel/archive/archive.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { tick, TickService } from "./ticks.ts";

const kernel = await Kernel.join();
const { sid, seed } = kernel.data as { readonly sid: SidWords; readonly seed: number };
const net = await kernel.createServer(TickService, { sid: Sid.from(sid) });
const random = new Random(seed);
let bell: Connection | undefined;
let ring = 0;
let mark = 0;
let sequence = 0;
const text = "x".repeat(1_000);

/** So many events, as fast as there is room. Answers how often there was none. */
async function rings(count: number): Promise<number> {
  let full = 0;
  for (let left = count; left > 0;) {
    const memory = Memory.adopt(encodeNew(tick, { number: sequence + 1, text }).buffer);
    const failure = bell?.tryMove(ring, memory, { offset: sequence + 1, valid: mark });
    if (failure === undefined) {
      sequence += 1;
      left -= 1;
    } else if (failure === "ServerQueueFull") {
      full += 1;
      await new Promise(setImmediate);
    } else break;
  }
  return full;
}

/** So many messages that are no rings, of every kind; nothing waits for them. Answers how many were refused at once. */
async function nonsense(count: number): Promise<number> {
  let refused = 0;
  for (let left = count; left > 0; left -= 1) {
    const id = random.pick([ring, ring, ring + 1, random.below(2 ** 32)]);
    const memory = (): Memory => new Memory(random.pick([0, 1, 1_000, 30_000]));
    const offset = random.pick([undefined, 0, -1, 0.5, Infinity, 2 ** 60, sequence]);
    const words = { ...(offset !== undefined && { offset }), valid: random.pick([0, 1, mark]) };
    const tried = [
      () => bell?.tryScalar(id, [offset ?? Number.NaN, words.valid]),
      () => bell?.tryBlockingScalar(id, [1, 2, 3, 4]),
      () => bell?.tryLend(id, memory(), words),
      () => bell?.tryMutableLend(id, memory(), words),
      () => bell?.tryMove(id, memory(), words),
    ][random.below(5)]?.();
    if (typeof tried === "string") refused += 1;
    if (tried instanceof Promise) tried.catch(() => {});
    if (left % 64 === 0) await new Promise(setImmediate);
  }
  return refused;
}

await net.serve({
  async Subscribe({ value }) {
    bell = await kernel.connect(Sid.from(value.sid));
    ring = value.opcode;
    mark = value.mark;
    return { kind: "accepted", value: { sequence: 0, state: { number: 0, text: "" } } };
  },
  Unsubscribe: () => 1,
  notify: async ({ words: [count] }) => await rings(count),
  hurry: async ({ words: [count] }) => await nonsense(count),
  size: () => sequence,
  dropped: () => 0,
  late: () => 0,
  flood: () => {},
});
