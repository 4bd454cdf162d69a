import type { InboxReader } from "../../../inbox/index.ts";
import { pause } from "../../../time/index.ts";
import type { Clock } from "../../../time/index.ts";
import { type Frame, framesOf } from "./format.ts";
import { pageAfter } from "./page-after.ts";

/** How long to wait when the items cannot be had. */
const RETRY_MS = 1_000;

/** Who is told of what comes into an inbox. */
export interface Member {
  readonly reader: InboxReader;
  take(frame: Frame): void;
}

export interface FeedOptions {
  readonly clock: Clock;
  /** The most bytes of a frame of several events. */
  readonly frameBytesMax: number;
  readonly failed: (cause: unknown) => void;
}

/** What comes into one inbox: fetched once, and encoded once, for all who read it. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #members = new Set<Member>();
  readonly #over = new AbortController();
  /** By whose right items are fetched: that of the one who is there longest. */
  #lead: { readonly member: Member; readonly subscription: Disposable } | undefined;
  /** The number of the newest item that was heard of. */
  #heard = 0;
  #sent = 0;
  #isPumping = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#members.size;
  }

  /** All up to this number were told to those who were there; further ones are to come. */
  get sent(): number {
    return this.#sent;
  }

  join(member: Member): void {
    const isFirst = this.#members.size === 0;
    this.#members.add(member);
    if (this.#lead === undefined) this.#follow(member, isFirst);
  }

  leave(member: Member): void {
    this.#members.delete(member);
    if (this.#lead?.member !== member) return;
    this.#lead.subscription[Symbol.dispose]();
    this.#lead = undefined;
    const [next] = this.#members;
    if (next === undefined) this.#over.abort();
    else this.#follow(next, false);
  }

  #follow(member: Member, isFirst: boolean): void {
    const subscription = member.reader.subscribe((newest) => this.#hear(newest));
    this.#lead = { member, subscription };
    if (isFirst) this.#sent = subscription.newest;
    this.#hear(subscription.newest);
  }

  #hear(newest: number): void {
    if (newest <= this.#heard) return;
    this.#heard = newest;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#lead !== undefined && this.#sent < this.#heard)
      try {
        const { reader } = this.#lead.member;
        const after = this.#sent;
        const page = await pageAfter(reader, after, this.#heard - after);
        const frames = framesOf(page, after, this.#options.frameBytesMax);
        // The inbox began anew, and is not as far as was heard.
        if (frames.length === 0) this.#heard = this.#sent;
        for (const frame of frames) {
          this.#sent = frame.last;
          for (const member of this.#members) member.take(frame);
        }
      } catch (cause) {
        // Whose right ended is about to leave; else it is tried again.
        if (this.#lead !== undefined) this.#options.failed(cause);
        await pause(this.#options.clock, RETRY_MS, this.#over.signal);
      }
    this.#isPumping = false;
  }
}
