/**
 * Messages between two threads, beside Node's own ways. `npm run bench -- threads [--quick]`. For both threads on one
 * core: `taskset -c 0 npm run bench -- threads`.
 *
 * In each figure the contestants run in turns, round by round; printed are the middle of the rounds, their spread, and
 * the ratio of ours to theirs, where more is better.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { summary } from "../line/run/statistics.ts";
import { broadcast, type Contestant, doorbell, messagePort } from "./contestants.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean" }, rounds: { type: "string", default: "7" } },
});
const scale = options.quick === true ? 0.1 : 1;
const rounds = options.quick === true ? 3 : Number(options.rounds);

interface Figure {
  readonly name: string;
  readonly count: number;
  /** Runs it so often; `undefined` where a contestant cannot. */
  run(contestant: Contestant, count: number): Promise<void> | undefined;
  readonly target: string;
}

const figures: readonly Figure[] = [
  {
    name: "scalars one way, one by one",
    count: 400_000,
    run: async (one, count) => await one.oneWay?.(count),
    target: ">= 8 x MessagePort",
  },
  {
    name: "scalars one way, batches of 64",
    count: 2_000_000,
    run: async (one, count) => await one.batches?.(count),
    target: "20 M/s class",
  },
  {
    name: "blocking calls, back to back",
    count: 40_000,
    run: async (one, count) => await Promise.resolve(one.blocking?.(count)),
    target: "<= 1 us on two cores",
  },
  {
    name: "awaited calls, one at a time",
    count: 10_000,
    run: async (one, count) => await one.awaited?.(count),
    target: ">= MessagePort",
  },
  {
    name: "awaited calls, 100 on their way",
    count: 100_000,
    run: async (one, count) => await one.piped?.(count),
    target: "",
  },
  {
    name: "moved 1 KiB",
    count: 50_000,
    run: async (one, count) => await one.moved?.(count, 1_024),
    target: ">= 1 x transfer",
  },
  {
    name: "moved 64 KiB",
    count: 10_000,
    run: async (one, count) => await one.moved?.(count, 65_536),
    target: ">= 1 x transfer",
  },
  {
    name: "moved 1 MiB",
    count: 1_000,
    run: async (one, count) => await one.moved?.(count, 2 ** 20),
    target: ">= 1 x transfer",
  },
];

const can: Readonly<Record<string, (one: Contestant) => boolean>> = {
  "scalars one way, one by one": (one) => one.oneWay !== undefined,
  "scalars one way, batches of 64": (one) => one.batches !== undefined,
  "blocking calls, back to back": (one) => one.blocking !== undefined,
  "awaited calls, one at a time": (one) => one.awaited !== undefined,
  "awaited calls, 100 on their way": (one) => one.piped !== undefined,
};

process.stdout.write(`Node ${process.version}, ${availableParallelism()} cores, ${rounds} rounds\n\n`);
process.stdout.write(
  "| figure | who | per second | spread | ours / theirs | target |\n| --- | --- | ---: | ---: | ---: | --- |\n",
);
const all = [await doorbell("kernel"), await doorbell("kernel, awaiting"), await messagePort(), await broadcast()];
for (const { name, count: whole, run, target } of figures) {
  const count = Math.ceil(whole * scale);
  const able = all.filter((one) => (can[name] ?? ((each) => each.moved !== undefined))(one));
  const rates = able.map((): number[] => []);
  for (const one of able) await run(one, Math.ceil(count / 4));
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, one] of able.entries()) {
      const before = performance.now();
      await run(one, count);
      rates[at]?.push((count / (performance.now() - before)) * 1_000);
    }
  }
  const ours = summary(rates[0] ?? []).median;
  for (const [at, one] of able.entries()) {
    const { median, min, max } = summary(rates[at] ?? []);
    const ratio = at === 0 ? "" : (ours / median).toFixed(2);
    const cells = [
      at === 0 ? name : "",
      one.name,
      thousands(median),
      `${thousands(min)}-${thousands(max)}`,
      ratio,
      at === 0 ? target : "",
    ];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
  }
}
for (const one of all) await one[Symbol.asyncDispose]();

function thousands(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toPrecision(3)} M`
    : value >= 1e3
      ? `${(value / 1e3).toPrecision(3)} k`
      : value.toPrecision(3);
}
