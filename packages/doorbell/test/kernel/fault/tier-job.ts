import type { SidWords } from "../../../src/kernel/index.ts";

/** What the spy is told: a server that it may call, and never the secret. */
export interface TierJob {
  readonly sid: SidWords;
}

/** What a thread got at that it was not given. */
export interface Haul {
  /** The bytes behind each mark in the memory of the process, in hexadecimal; or the code of why it could not look. */
  readonly memory: readonly string[] | string;
  /** What it took to run another program. */
  readonly program: string;
}

/** What the spy got at. */
export interface Loot extends Haul {
  /** What it was answered by a server that it was given the id of. */
  readonly answer: number;
  /** What a worker got at that the spy started without the flags of the program. */
  readonly worker: Haul;
}

/** What the program prints. */
export interface Told {
  readonly secret: string;
  readonly loot: Loot;
  /** The flags of every thread that was started for the library's own use. */
  readonly ownThreads: readonly (readonly string[])[];
}

export const secretBytes = 16;

/** Stands before the secret. Put together when asked for, so that the code itself does not hold it. */
export function mark(): Buffer {
  return Buffer.from(["doorbell", "secret", "follows:"].join("-"));
}
