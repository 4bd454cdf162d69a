import { createHash } from "node:crypto";
import { inspect } from "node:util";

/** What a key is for; a bell's token is one, too. */
export type KeyKind = "read" | "manage" | "owner" | "session" | "bell";

/**
 * A key: 24 random bytes, and the whole authority over what it opens. It prints redacted everywhere; its text comes only
 * from {@link Key.text}. Of 192 random bits a hash needs no salt.
 */
export class Key {
  static {
    // As the kernel's ids do: also where a key stands deep in an object that is printed.
    Object.defineProperty(Key.prototype, inspect.custom, { value: () => redacted });
  }

  readonly kind: KeyKind;
  readonly #text: string;

  private constructor(kind: KeyKind, text: string) {
    this.kind = kind;
    this.#text = text;
  }

  /** A new one, of as many random bytes as are asked for. */
  static make(kind: KeyKind, randomBytes: (length: number) => Uint8Array): Key {
    return new Key(kind, prefixes[kind] + Buffer.from(randomBytes(RANDOM_BYTES)).toString("base64url"));
  }

  /** The key that a text is; nothing if it can be none. */
  static parse(text: unknown): Key | undefined {
    if (typeof text !== "string") return undefined;
    const [, prefix, random] = /^((?:read|manage|owner|session)_)?([\w-]{32})$/.exec(text) ?? [];
    if (random === undefined) return undefined;
    return new Key((prefix ?? "bell_").slice(0, -1) as KeyKind, text);
  }

  /** The key itself, to be given to whoever shall have it. The only way in which it is ever written out. */
  text(): string {
    return this.#text;
  }

  /** SHA-256 of its text: what is stored instead. */
  hash(): Uint8Array {
    return createHash("sha256").update(this.#text).digest();
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }
}

/** By which a key that was mistaken for another is told. An address of a bell needs none. */
const prefixes: Readonly<Record<KeyKind, string>> = {
  read: "read_",
  manage: "manage_",
  owner: "owner_",
  session: "session_",
  bell: "",
};

const RANDOM_BYTES = 24;
const redacted = "Key(redacted)";
