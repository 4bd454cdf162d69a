import { Kernel } from "@doorbell-js/doorbell/kernel";
import { Subscriber } from "@doorbell-js/doorbell/push";

import type { Figure, Row } from "../threads/figures/index.ts";
import { bells, emitter, type FanOut, ports, startNotifier } from "./contestants.ts";
import { events } from "./event.ts";
import { scalarOneWay } from "./scalar.ts";

/** A figure, and what it holds while it is measured. */
export type Made = { readonly figure: Figure } & AsyncDisposable;

const microseconds = 1_000;

function made(
  rows: readonly Row[],
  fans: readonly FanOut[],
  measure: (fan: FanOut) => Promise<readonly number[]>,
): Made {
  return {
    figure: {
      rows,
      turns: fans.map((fan) => ({
        who: fan.name,
        warmUp: async () => void (await measure(fan)),
        measure: async () => await measure(fan),
      })),
    },
    async [Symbol.asyncDispose]() {
      for (const fan of fans) await fan[Symbol.asyncDispose]();
    },
  };
}

function part(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
}

/** From the notifier's `notify` until the handler has it, one by one. */
export async function latency(samples: number): Promise<Made> {
  const fans = [
    await bells({ thread: "shared", count: 1 }),
    await bells({ thread: "own", count: 1 }),
    await bells({ thread: "direct", count: 1 }),
    await scalarOneWay(),
    await ports(1),
  ];
  const rows = [0.5, 0.99].map((share) => ({
    name: `ring to handler, p${share * 100}`,
    unit: "us",
    targets: share === 0.5 ? [{ against: "a scalar, one way", atMost: 2 }] : [],
  }));
  return made(rows, fans, async (fan) => {
    const took: number[] = [];
    for (let sample = 0; sample < samples; sample += 1)
      for (const one of await fan.tell(1)) took.push(one * microseconds);
    return [part(took, 0.5), part(took, 0.99)];
  });
}

/** One event after the other to so many bells: deliveries a second in all. */
export async function fanOut(count: number, deliveries: number): Promise<Made> {
  const fans = [
    await bells({ thread: "shared", count }),
    await bells({ thread: "direct", count }),
    await ports(count),
    await emitter(count),
  ];
  const rows = [{ name: `fan-out to ${count}`, unit: "/s", targets: count === 100 ? [{ atLeast: 1e6 }] : [] }];
  return made(rows, fans, async (fan) => [await rate(fan, Math.ceil(deliveries / count))]);
}

async function rate(fan: FanOut, times: number): Promise<number> {
  const before = performance.now();
  const took = await fan.tell(times);
  return (took.length / (performance.now() - before)) * 1_000;
}

/** The same 999, beside one that is stalled, and without it. */
export async function stalled(deliveries: number): Promise<Made> {
  const count = 999;
  const fans: FanOut[] = [];
  for (const thread of ["shared", "direct"] as const)
    for (const one of [true, false]) {
      const fan = await bells({ thread, count, stalled: one });
      fans.push({ ...fan, name: `${fan.name}, ${one ? "one stalled" : "none stalled"}` });
    }
  const against = "doorbell, bounced, none stalled";
  const rows = [
    { name: "999 beside a stalled one", unit: "/s", targets: [{ against, atLeast: 0.95 }] },
    { name: "999 beside a stalled one, p99", unit: "us", targets: [{ against, atMost: 2 }] },
  ];
  return made(rows, fans, async (fan) => {
    const before = performance.now();
    const times = Math.ceil(deliveries / count);
    const took: number[] = [];
    // One event at a time: what is measured is not how long the queues are.
    for (let left = times; left > 0; left -= 1) for (const one of await fan.tell(1)) took.push(one * microseconds);
    return [(took.length / (performance.now() - before)) * 1_000, part(took, 0.99)];
  });
}

/** Subscribed and taken back, one by one and by 16 handles at once. */
export async function pairs(count: number): Promise<Made> {
  const kernel = await Kernel.start();
  const net = await startNotifier(kernel);
  const main = await kernel.createServer();
  const turns = (["shared", "direct"] as const).flatMap((thread) =>
    [16, 1].map((hands) => {
      const measure = async (): Promise<readonly number[]> => {
        let left = count;
        const before = performance.now();
        await Promise.all(
          Array.from({ length: hands }, async (_, hand) => {
            const subscriber = new Subscriber(kernel, net.connection, events);
            while ((left -= 1) >= 0) await (await subscriber.subscribe(main, hand, { thread })).unsubscribe();
          }),
        );
        return [(count / (performance.now() - before)) * 1_000];
      };
      const who = `doorbell, ${thread === "shared" ? "bounced" : thread}, ${hands} at once`;
      return { who, warmUp: async () => void (await measure()), measure };
    }),
  );
  return {
    figure: { rows: [{ name: "subscribe and unsubscribe", unit: "/s", targets: [{ atLeast: 5_000 }] }], turns },
    [Symbol.asyncDispose]: async () => await kernel.leave(),
  };
}
