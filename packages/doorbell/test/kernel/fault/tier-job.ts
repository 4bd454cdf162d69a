import type { SidWords } from "../../../src/kernel/index.ts";

/** What the spy is told: a server that it may call, and never the secret. */
export interface TierJob {
  readonly sid: SidWords;
}

/** What the spy got at. */
export interface Loot {
  /** What it was answered by a server that it was given the id of. */
  readonly answer: number;
  /** The bytes behind each mark in the memory of the process, in hexadecimal; or the code of why it could not look. */
  readonly memory: readonly string[] | string;
  /** What it took to run another program. */
  readonly program: string;
}

export const secretBytes = 16;

/** Stands before the secret. Put together when asked for, so that the code itself does not hold it. */
export function mark(): Buffer {
  return Buffer.from(["doorbell", "secret", "follows:"].join("-"));
}
