import { fork } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ATTEMPTS = 3;
/** Beyond this, either way, the times tell which way it was. */
export const LIMIT = 4.5;

/** Describes something whose time is taken, once in each of two ways. */
export interface Measured<T> {
  /** Makes what the next one is run with. Whatever it costs is not measured, but should not differ either. */
  prepare(way: 0 | 1): T;
  run(input: T): void;
  /** Undoes it. */
  after?(): void;
}

/** Cuts the times off there, as dudect does it: the slow ones say more of the machine than of the program. */
const crops = [0.5, 0.7, 0.9, 0.95, 1];
const warmUp = 10_000;

/**
 * Has a module measure again, up to three times, until the times tell nothing: the machine has its own moods. Each
 * attempt is a process of its own, because a process keeps its mood: where its compiled code and its tables lie makes
 * one of two equal ways faster, until it ends. The module reads `words` from its arguments and calls `measure`.
 * @returns the t of each attempt, the last of which counts.
 * @throws if a process ends without a figure.
 */
export async function leakages(module: URL, words: readonly string[], samples: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < ATTEMPTS && Math.abs(seen.at(-1) ?? Infinity) >= LIMIT) {
    const child = fork(fileURLToPath(module), [...words, String(samples)]);
    const told: unknown[] = [];
    child.on("message", (message) => void told.push(message));
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    const [figure] = told;
    if (code !== 0 || typeof figure !== "number")
      throw new Error(`${words.join(" ")}: the measurement ended with ${code ?? signal} and told ${String(figure)}`);
    seen.push(figure);
  }
  return seen;
}

/** Gives the words that `leakages` started this process with, and the number of samples. */
export function asked(): { words: readonly string[]; samples: number } {
  const words = process.argv.slice(2);
  return { words, samples: Number(words.pop()) };
}

/** Measures, and tells the process that called `leakages`. */
export function measure<T>(what: Measured<T>): void {
  process.send?.(leakage(what, asked().samples));
}

/**
 * Runs both ways in random turns, so many times each or a little more, and compares the times: Welch's t, the greatest
 * of all crops.
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
