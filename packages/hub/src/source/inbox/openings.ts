import { type Kernel, KernelError } from "@doorbell-js/doorbell/kernel";

import { type Key, RefusedError } from "../../inbox/index.ts";
import type { Store } from "../../store/index.ts";
import type { Clock } from "../../time/index.ts";
import { denied } from "./access.ts";
import { Opening } from "./opening.ts";
import type { Granted, Rights } from "./rights.ts";

const OPENINGS_MAX = 2_000;

export interface OpeningsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly rights: Rights;
  readonly onError: (cause: unknown) => void;
}

/** The inboxes that are open: one server for each inbox and each credential that opened it. */
export class Openings implements Disposable {
  readonly #kernel: Kernel;
  readonly #options: OpeningsOptions;
  readonly #open = new Map<number, Map<string, { readonly credential: Key; readonly opening: Opening }>>();
  #count = 0;

  constructor(kernel: Kernel, options: OpeningsOptions) {
    this.#kernel = kernel;
    this.#options = options;
  }

  /** The one that this credential opened, or a new one. It can be reached when this resolves. */
  async open({ inbox, credential }: Granted): Promise<Opening> {
    const opening = this.#opening(inbox.id, credential);
    try {
      await opening.ready;
    } catch (error) {
      // The key may have been renewed meanwhile.
      if (error instanceof KernelError && error.code === "ServerNotFound") throw denied();
      throw error;
    }
    return opening;
  }

  #opening(inbox: number, credential: Key): Opening {
    const hash = Buffer.from(credential.hash()).toString("base64");
    const ofInbox = this.#open.get(inbox) ?? new Map<string, { credential: Key; opening: Opening }>();
    const known = ofInbox.get(hash);
    if (known !== undefined) return known.opening;
    if (this.#count >= OPENINGS_MAX)
      throw new RefusedError({
        code: "LimitReached",
        message: `${OPENINGS_MAX} inboxes are open already: try again when somebody has closed one`,
      });
    const { store, clock, rights, onError } = this.#options;
    const opening = new Opening(this.#kernel, {
      inbox,
      store: store.inboxes,
      era: store.era,
      clock,
      holds: () => rights.holds(credential),
      onError,
      ended: () => {
        this.#count -= 1;
        ofInbox.delete(hash);
        if (ofInbox.size === 0) this.#open.delete(inbox);
      },
    });
    this.#count += 1;
    ofInbox.set(hash, { credential, opening });
    this.#open.set(inbox, ofInbox);
    return opening;
  }

  /** Tells all who read that inbox. */
  tell(inbox: number, newest: number): void {
    for (const { opening } of this.#open.get(inbox)?.values() ?? []) opening.tell(newest);
  }

  /** Ends those of an inbox whose credential opens nothing any more; all of them if the inbox has gone. */
  endOf(inbox: number): void {
    const hasGone = this.#options.store.inboxes.inbox(inbox) === undefined;
    for (const { credential, opening } of this.#open.get(inbox)?.values() ?? [])
      if (hasGone || !this.#options.rights.holds(credential)) opening.end();
  }

  /** The same for all inboxes: sessions end by themselves. */
  endStale(): void {
    for (const inbox of this.#open.keys()) this.endOf(inbox);
  }

  [Symbol.dispose](): void {
    for (const ofInbox of this.#open.values()) for (const { opening } of ofInbox.values()) opening.end();
  }
}
