/** What a server is reached by: its id, which is the whole authority over it, or its name. */

import { randomFillSync, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

import { KernelError } from "./errors.ts";

/** A server id written out: four unsigned words of 32 bits. Whoever reads it holds the server: treat it as a key. */
export type SidWords = readonly [number, number, number, number];

const redacted = "Sid(redacted)";

/**
 * A server id: 128 bits, and the whole authority over a server. Who has it can connect; so it prints redacted
 * everywhere, cannot be cloned or put into JSON, and its words come only from {@link Sid.words}.
 */
export class Sid {
  static {
    printed(Sid.prototype, () => redacted);
  }

  readonly #words: Uint32Array<ArrayBuffer>;

  private constructor(words: Uint32Array<ArrayBuffer>) {
    this.#words = words;
  }

  /** A new id from the system's source of randomness. */
  static random(): Sid {
    return new Sid(randomFillSync(new Uint32Array(4)));
  }

  /** The id that four words stand for. Fails with `InvalidArgument` if they are not four unsigned words of 32 bits. */
  static from(words: readonly number[] | Uint32Array): Sid {
    const list = Array.isArray(words) || words instanceof Uint32Array ? [...words] : [];
    if (list.length !== 4 || list.some((word) => typeof word !== "number" || word >>> 0 !== word)) {
      throw new KernelError("InvalidArgument", "A server id is four unsigned words of 32 bits.");
    }
    return new Sid(Uint32Array.from(list));
  }

  /** A well-known id of 1 to 16 bytes of text, padded with zeros: for servers that everybody may find. */
  static wellKnown(text: string): Sid {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length === 0 || bytes.length > 16) {
      throw new KernelError("InvalidArgument", "A well-known server id is 1 to 16 bytes of text.");
    }
    const words = new Uint32Array(4);
    new Uint8Array(words.buffer).set(bytes);
    return new Sid(words);
  }

  /** The id itself, to be sent to whoever shall have the server. The only way in which it is ever written out. */
  words(): SidWords {
    const [a = 0, b = 0, c = 0, d = 0] = this.#words;
    return [a, b, c, d];
  }

  /** Whether it is the same id, in a time that does not tell how much of it is. */
  equals(other: Sid): boolean {
    Sid.check(other);
    return timingSafeEqual(this.#words, other.#words);
  }

  /** @internal Refuses what is no id, and shows nothing of it: it may be one written out. */
  static check(sid: unknown): asserts sid is Sid {
    if (typeof sid === "object" && sid !== null && #words in sid) return;
    throw new KernelError("InvalidArgument", "A server is named by a Sid: make one of its four words with Sid.from.");
  }

  /** @internal Its bytes, for a digest of them. */
  static bytes(sid: Sid): Uint8Array {
    return new Uint8Array(sid.#words.buffer);
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }
}

/** Says how instances of a class are printed by `console.log` and in errors: by this text, and never by what they hold. */
export function printed<T extends object>(prototype: T, text: (instance: T) => string): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: T): string {
      return text(this);
    },
  });
}

/** Bytes of UTF-8 that a name can have. */
export const nameBytesMax = 63;

/**
 * Whether a text can be a server's name: 1 to 63 bytes of UTF-8, no control character (U+0000 to U+001F, U+007F to
 * U+009F), and no half of a surrogate pair. Two names are the same if their bytes are.
 */
export function isName(name: unknown): name is string {
  if (typeof name !== "string" || name.length === 0 || name.length > nameBytesMax || refusedInNames.test(name))
    return false;
  return Buffer.byteLength(name) <= nameBytesMax;
}

/** Control characters, and halves of surrogate pairs that stand alone. */
const refusedInNames = /[\p{Cc}\p{Cs}]/u;

/** Fails with `InvalidString` if it cannot be a name. */
export function checkName(name: unknown): asserts name is string {
  if (isName(name)) return;
  throw new KernelError(
    "InvalidString",
    `A name is 1 to ${nameBytesMax} bytes of UTF-8, without control characters and halves of surrogate pairs.`,
  );
}
