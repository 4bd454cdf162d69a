import { createHash } from "node:crypto";

import type { Clock } from "../../../time/index.ts";

/** How long a login link can be used. */
const LIFE_MS = 10 * 60_000;
/** Links that wait to be used; the oldest make room. */
const CODES_MAX = 100;
const RANDOM_BYTES = 24;

/** What is drawn on for codes. */
export interface CodePowers {
  readonly clock: Pick<Clock, "now">;
  readonly randomBytes: (length: number) => Uint8Array;
}

/**
 * One-time codes of login links, in memory. Each stands for the key of whoever asked for it, so that it opens nothing
 * any more once that key was replaced.
 */
export class Codes {
  readonly #powers: CodePowers;
  /** By the hash of the code, the oldest first. */
  readonly #codes = new Map<string, { readonly ownerKey: string; readonly endsAt: number }>();

  constructor(powers: CodePowers) {
    this.#powers = powers;
  }

  make(ownerKey: string): string {
    const { clock, randomBytes } = this.#powers;
    const now = clock.now();
    for (const [hash, { endsAt }] of this.#codes)
      if (endsAt <= now || this.#codes.size >= CODES_MAX) this.#codes.delete(hash);
    const code = Buffer.from(randomBytes(RANDOM_BYTES)).toString("base64url");
    this.#codes.set(hashOf(code), { ownerKey, endsAt: now + LIFE_MS });
    return code;
  }

  /** The key that a code stands for. The code is used up then. */
  take(code: string): string | undefined {
    const hash = hashOf(code);
    const entry = this.#codes.get(hash);
    this.#codes.delete(hash);
    return entry !== undefined && entry.endsAt > this.#powers.clock.now() ? entry.ownerKey : undefined;
  }
}

/** Looked up by its hash, a guess and a code share nothing that could be timed. */
function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}
