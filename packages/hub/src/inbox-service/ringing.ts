import { Key } from "../inbox/key.ts";
import { Rates } from "../inbox/rates.ts";
import {
  checkPublication,
  hashOfIdempotencyKey,
  hashOfPublication,
  type RefusalCode,
  RefusedError,
} from "../inbox/rules.ts";
import type { BellLimits, Priority, Rung } from "../inbox/types.ts";
import type { InboxStore, StoredBell } from "../store/store.ts";
import type { Clock } from "../time.ts";
import { type RingIpc, unknownBell } from "./protocol.ts";

/** What inboxes need of the world. */
export interface InboxPowers {
  readonly clock: Clock;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Rings that come in: each is stored, or refused with a reason. */
export class Ringing {
  readonly #store: InboxStore;
  readonly #powers: InboxPowers;
  readonly #stored: (inbox: number, newest: number) => void;
  readonly #rates: Rates<number>;
  /** Rings that were refused since the hub started: by inbox, and by bell. */
  readonly #refused = new Map<number, Map<number, number>>();

  /** `stored` hears of each new item, once it is on disk. */
  constructor(store: InboxStore, powers: InboxPowers, stored: (inbox: number, newest: number) => void) {
    this.#store = store;
    this.#powers = powers;
    this.#stored = stored;
    this.#rates = new Rates({ clock: powers.clock });
  }

  async ring(ring: RingIpc): Promise<Rung> {
    const key = Key.parse(ring.token);
    const bell = key?.kind === "bell" ? this.#store.bellByHash(key.hash()) : undefined;
    if (bell === undefined || bell.revoked) throw unknownBell();
    try {
      return await this.#ring(bell, ring);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      // It was revoked meanwhile: to whoever rings as if it had never been.
      if (error.code === "UnknownBell") throw unknownBell();
      this.#countRefused(bell);
      throw error;
    }
  }

  async #ring(bell: StoredBell, { title, priority, click, idempotencyKey, ...rest }: RingIpc): Promise<Rung> {
    const at = this.#powers.now();
    checkState(bell);
    const publication = checkPublication({
      text: rest.text,
      tags: rest.tags,
      ...(title !== undefined && { title }),
      ...(priority !== undefined && { priority: priority as Priority }),
      ...(click !== undefined && { click }),
    });
    checkBytes(publication.text, bell);
    const retryAfterMs = this.#rates.take(bell.id, bell.perMinute);
    if (retryAfterMs > 0)
      throw new RefusedError({
        code: "RateLimited",
        message: `this bell may be rung ${bell.perMinute} times a minute: wait`,
        retryAfterMs,
      });
    const id = Buffer.from(this.#powers.randomBytes(12)).toString("base64url");
    const repeat = idempotencyKey !== undefined && {
      idempotency: { keyHash: hashOfIdempotencyKey(idempotencyKey), bodyHash: hashOfPublication(publication) },
    };
    const { item, isRepeat } = await this.#store.append({
      inbox: bell.inbox,
      bell: bell.id,
      id,
      at,
      publication,
      ...repeat,
    });
    if (!isRepeat) this.#stored(bell.inbox, item.sequence);
    return { id: item.id, at: item.at, isRepeat };
  }

  /** Rings of a bell that were refused, since the hub started. */
  refused({ id, inbox }: StoredBell): number {
    return this.#refused.get(inbox)?.get(id) ?? 0;
  }

  #countRefused(bell: StoredBell): void {
    const ofInbox = this.#refused.get(bell.inbox) ?? new Map<number, number>();
    ofInbox.set(bell.id, this.refused(bell) + 1);
    this.#refused.set(bell.inbox, ofInbox);
  }

  /** A bell is no more. */
  forget({ id, inbox }: StoredBell): void {
    this.#refused.get(inbox)?.delete(id);
    this.#rates.forget(id);
  }

  /** An inbox is no more; no bell of its ever has a number of its bells. */
  forgetInbox(inbox: number): void {
    this.#refused.delete(inbox);
  }
}

function checkState({ paused, expired }: StoredBell): void {
  if (expired) throw refusal("BellExpired", "this bell has expired: ask for a new one");
  if (paused) throw refusal("BellPaused", "this bell is paused: try again later");
}

function checkBytes(text: string, { bytesMax }: BellLimits): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax)
    throw refusal("TooLarge", `this bell takes texts of at most ${bytesMax} bytes, this one is ${bytes}`);
}

function refusal(code: RefusalCode, message: string): RefusedError {
  return new RefusedError({ code, message });
}
