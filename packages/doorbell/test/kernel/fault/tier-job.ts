import type { SidWords } from "../../../src/kernel/ids.ts";

/** The order to the spy: it names a server that the spy may call, and never the secret. */
export interface TierJob {
  readonly sid: SidWords;
}

/** Everything that a thread reached and was not given. */
export interface Haul {
  /** The bytes behind each mark in the memory of the process, in hexadecimal; or the code of why it could not look. */
  readonly memory: readonly string[] | string;
  /** The outcome of its try to run another program. */
  readonly program: string;
}

/** Everything that the spy reached. */
export interface Loot extends Haul {
  /** The answer of the server that the order names. */
  readonly answer: number;
  /** Everything that a worker reached, which the spy started without the flags of the program. */
  readonly worker: Haul;
}

/** The output of the program. */
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
