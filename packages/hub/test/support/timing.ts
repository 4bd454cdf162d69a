import { randomFillSync } from "node:crypto";

/** Something whose time is taken, once in each of two ways. */
export interface Measured<T> {
  /** Makes what the next one is run with. Whatever it costs is not measured, but should not differ either. */
  prepare(way: 0 | 1): T;
  run(input: T): void;
  /** Undoes it. */
  after?(): void;
}

/** Where the times are cut off, as dudect does it: the slow ones say more of the machine than of the program. */
const crops = [0.5, 0.7, 0.9, 0.95, 1];
const warmUp = 10_000;

/**
 * Runs both ways in random turns, so many times each or a little more, and compares the times: Welch's t, the greatest
 * of all crops. Beyond 4.5 either way the times tell which way it was.
 */
function leakage<T>(what: Measured<T>, samples: number): number {
  const times: [number[], number[]] = [[], []];
  const ways = randomFillSync(new Uint8Array(2 * samples + warmUp));
  for (let sample = 0; sample < ways.length || times[0].length < samples || times[1].length < samples; sample += 1) {
    const way = ((ways[sample % ways.length] as number) & 1) as 0 | 1;
    const input = what.prepare(way);
    const start = process.hrtime.bigint();
    what.run(input);
    const time = Number(process.hrtime.bigint() - start);
    what.after?.();
    if (sample >= warmUp) times[way].push(time);
  }
  const all = [...times[0], ...times[1]].sort((a, b) => a - b);
  let greatest = 0;
  for (const share of crops) {
    const limit = all[Math.ceil(all.length * share) - 1] as number;
    const t = welch(...(times.map((list) => list.filter((time) => time <= limit)) as [number[], number[]]));
    if (Math.abs(t) > Math.abs(greatest)) greatest = t;
  }
  return greatest;
}

/** Measures again, up to three times, until the times tell nothing: the machine has its own moods. All that it saw. */
export function leakages<T>(what: Measured<T>, samples: number): number[] {
  const seen: number[] = [];
  while (seen.length < 3 && Math.abs(seen.at(-1) ?? Infinity) >= 4.5) seen.push(leakage(what, samples));
  return seen;
}

function welch(a: readonly number[], b: readonly number[]): number {
  const [meanA, varianceA] = moments(a);
  const [meanB, varianceB] = moments(b);
  const error = Math.sqrt(varianceA / a.length + varianceB / b.length);
  return error === 0 ? 0 : (meanA - meanB) / error;
}

function moments(list: readonly number[]): [mean: number, variance: number] {
  let mean = 0;
  for (const one of list) mean += one / list.length;
  let sum = 0;
  for (const one of list) sum += (one - mean) ** 2;
  return [mean, sum / (list.length - 1)];
}
