import type { Receiver } from "./fetching.ts";
import { Queue } from "./queue.ts";

/** Items for one reader. Items are fetched only while it waits for one: what was fetched ahead, and not read, would be lost. */
export class ItemQueue extends Queue<string> implements Receiver {
  readonly #ready: () => void;

  /** `ready` is called when the reader waits. */
  constructor(ready: () => void) {
    super();
    this.#ready = ready;
  }

  get isReady(): boolean {
    return this.isAwaited;
  }

  /** What came and was not read. */
  takeUnread(): readonly string[] {
    return this.waiting.splice(0);
  }

  receive(item: string): void {
    this.put(item);
  }

  override async next(signal?: AbortSignal): Promise<IteratorResult<string, undefined>> {
    const next = super.next(signal);
    if (this.isAwaited) this.#ready();
    return next;
  }
}
