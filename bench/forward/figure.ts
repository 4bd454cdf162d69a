import type { Figure } from "../threads/figures/index.ts";
import type { Form } from "./job.ts";
import type { Way, What } from "./ways.ts";

/** Back to back, or each call after a pause in which everybody has parked. */
export type Pace = "back to back" | "parked between";

/** One hop more than a direct call, which is two: half as much again. */
const oneHopMore = 1.5;

const privateWord = new Int32Array(new SharedArrayBuffer(4));
const idleMs = 1;
const microseconds = 1_000;

/** How long a call takes by each way, in the middle: so many calls a round. */
export function figure(all: readonly Way[], form: Form, what: What, pace: Pace, samples: number): Figure {
  return {
    rows: [
      {
        name: `${what}, ${form}, ${pace}`,
        unit: "us",
        targets: [
          { against: "direct", atMost: oneHopMore },
          { against: "direct, two in turn", atMost: oneHopMore },
          { against: "relay", atMost: 1 },
        ],
      },
    ],
    turns: all.map((way) => ({
      who: way.name,
      warmUp: async () => void (await take(way, what, "back to back", 5 * samples)),
      measure: async () => {
        const sorted = (await take(way, what, pace, samples)).toSorted((a, b) => a - b);
        return [sorted[Math.floor(sorted.length / 2)] ?? Number.NaN];
      },
    })),
  };
}

async function take(way: Way, what: What, pace: Pace, samples: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    if (pace === "parked between") Atomics.wait(privateWord, 0, 0, idleMs);
    const before = performance.now();
    const call = way.call(what);
    if (call instanceof Promise) await call;
    took.push((performance.now() - before) * microseconds);
  }
  return took;
}
