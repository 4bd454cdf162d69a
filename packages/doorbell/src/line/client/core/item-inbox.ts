import type { Receiver } from "./fetching.ts";
import { Inbox } from "./inbox.ts";

/** Items for one reader. No more are fetched until it has read those that came. */
export class ItemInbox extends Inbox<string> implements Receiver {
  readonly #ready: () => void;

  /** `ready` is called when all that came has been read. */
  constructor(ready: () => void) {
    super();
    this.#ready = ready;
  }

  get isReady(): boolean {
    return this.isEmpty;
  }

  receive(item: string): void {
    this.put(item);
  }

  override async next(signal?: AbortSignal): Promise<IteratorResult<string, undefined>> {
    const next = super.next(signal);
    if (this.isEmpty) this.#ready();
    return next;
  }
}
