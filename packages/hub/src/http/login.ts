import { createHash } from "node:crypto";

import type { Clock } from "../time.ts";
import { type Origins, SESSION_COOKIE } from "./access.ts";

/** How long a login link can be used. */
const LIFE_MS = 10 * 60_000;
/** Links that wait to be used; the oldest make room. */
const CODES_MAX = 100;

/** What is drawn on for codes. */
interface CodePowers {
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

const RANDOM_BYTES = 24;

/** Looked up by its hash, a guess and a code share nothing that could be timed. */
function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

/** An address that logs in to the page, once, as who has this key. Its code is where no server sees it. */
export function loginLink(
  { codes, origins }: { readonly codes: Codes; readonly origins: () => Origins },
  ownerKey: string,
): string {
  return `${origins().url}/login#${codes.make(ownerKey)}`;
}

/** How long a session of the page lasts. */
export const SESSION_MS: number = 12 * 60 * 60_000;

/** The header that gives a browser its session; an empty one takes it away. */
export function sessionCookie(token: string, isSecure: boolean): string {
  const age = token === "" ? 0 : SESSION_MS / 1_000;
  return `${SESSION_COOKIE}=${token}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}
