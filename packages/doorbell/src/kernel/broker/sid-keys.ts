import { createHmac, randomBytes } from "node:crypto";

import { Sid, type SidWords } from "../sid.ts";

/**
 * What ids are looked up by: not their words but a keyed digest of them, so that the time that a look-up takes tells
 * nothing of how near a guess was. Words in a table's key would: the engine remembers the numbers that it wrote last, and
 * compares texts from their beginning.
 */
export class SidKeys {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array = randomBytes(32)) {
    this.#secret = secret;
  }

  /** Fails with `InvalidArgument` if these are not the words of an id. */
  of(words: SidWords): string {
    return createHmac("sha256", this.#secret)
      .update(Sid.bytes(Sid.from(words)))
      .digest("base64");
  }
}
