import { availableParallelism } from "node:os";

import type { Contestant } from "../contestants/index.ts";
import type { Figure, Target, Turn } from "./figure.ts";

/** Nobody else knows it: who waits for it sleeps. */
const privateWord = new Int32Array(new SharedArrayBuffer(4));
const idleMs = 1;
const microseconds = 1_000;

/** How long one call takes: by blocking where it can be done, else awaited. */
export function latencies(all: readonly Contestant[], samples: number, hotMs: number): readonly Figure[] {
  const able = all.filter(({ call, callSync }) => call !== undefined || callSync !== undefined);
  const peers = able.map(named).filter((name) => !/^doorbell|^bare ring/.test(name));
  const below: readonly Target[] = peers.map((against) => ({ against, atMost: 1 }));
  return [
    {
      rows: [
        {
          name: "call, parked between calls, p50",
          unit: "us",
          targets: [{ against: "bare ring, waiting", atMost: 1.3 }, ...below],
        },
        { name: "call, parked between calls, p99", unit: "us", targets: [] },
      ],
      turns: able.map((one) => turn(one, () => parked(one, samples))),
    },
    {
      rows: [
        { name: "call, hot, p50", unit: "us", targets: availableParallelism() > 1 ? [{ atMost: 1 }] : [] },
        { name: "call, hot, p99", unit: "us", targets: [] },
      ],
      turns: able.map((one) => turn(one, () => hot(one, hotMs))),
    },
  ];
}

function turn(one: Contestant, take: () => Promise<readonly number[]>): Turn {
  return {
    who: named(one),
    warmUp: async () => void (await take()),
    measure: async () => {
      const sorted = (await take()).toSorted((a, b) => a - b);
      return [0.5, 0.99].map((part) => sorted[Math.floor(part * sorted.length)] ?? Number.NaN);
    },
  };
}

function named({ name, callSync }: Contestant): string {
  return callSync === undefined ? `${name} (awaited)` : name;
}

/** Before each call both sides have slept for a while. */
async function parked({ call, callSync }: Contestant, samples: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    Atomics.wait(privateWord, 0, 0, idleMs);
    const before = performance.now();
    if (callSync === undefined) await call?.(sample);
    else callSync(sample);
    took.push((performance.now() - before) * microseconds);
  }
  return took;
}

/** One call right after the other. */
async function hot({ call, callSync }: Contestant, hotMs: number): Promise<readonly number[]> {
  const took: number[] = [];
  const until = performance.now() + hotMs;
  for (let before = 0; before < until;) {
    before = performance.now();
    if (callSync === undefined) await call?.(0);
    else callSync(0);
    took.push((performance.now() - before) * microseconds);
  }
  return took;
}
