import { type Kernel, KernelError, type ServiceServer, Sid } from "@doorbell-js/doorbell/kernel";
import type { Fetched, Source, Subscription } from "@doorbell-js/doorbell/line";

import { checkPageQuery, itemLine, pageJson } from "../../inbox/index.ts";
import type { InboxStore } from "../../store/index.ts";
import type { Clock } from "../../time/index.ts";
import { SourceHost } from "../source-host.ts";
import { answering } from "./answer.ts";
import { type PageQueryIpc, type ReadingEntries, ReadingService } from "./reading-api.ts";

/** How long an opened inbox is kept that nobody holds. */
const UNHELD_MS = 30_000;

/** What is opened, and on whose behalf. */
export interface OpeningOptions {
  readonly inbox: number;
  readonly store: InboxStore;
  /** Which count the items' numbers are of. */
  readonly era: number;
  readonly clock: Clock;
  /** Whether what opened it still does: a session may have ended by itself. */
  readonly holds: () => boolean;
  readonly onError: (cause: unknown) => void;
  /** Called once, when it has ended. */
  readonly ended: () => void;
}

/** An inbox that one credential opened: a source behind a server of its own, as long as somebody holds it. */
export class Opening implements Source {
  /** Of its server, for who opened it. */
  readonly sid: Sid = Sid.random();
  /** Resolves when it can be reached. */
  readonly ready: Promise<void>;
  readonly #options: OpeningOptions;
  readonly #host: SourceHost;
  readonly #rings = new Set<(newest: number) => void>();
  /** The threads that use it. */
  readonly #holders = new Set<number>();
  #unheld: { cancel(): void } | undefined;
  #server: ServiceServer<ReadingEntries> | undefined;
  #isOver = false;

  constructor(kernel: Kernel, options: OpeningOptions) {
    this.#options = options;
    this.#host = new SourceHost(kernel, this, options.era);
    this.ready = this.#start(kernel);
    this.#release();
  }

  /** Tells who reads that this is the newest item. */
  tell(newest: number): void {
    for (const ring of this.#rings) ring(newest);
  }

  /** Ends it at once: whoever holds it finds its server gone. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unheld?.cancel();
    this.#host[Symbol.dispose]();
    this.#server?.destroy({ force: true });
    this.#options.ended();
  }

  subscribe(ring: (newest: number) => void): Subscription {
    this.#rings.add(ring);
    const newest = this.#options.store.inbox(this.#options.inbox)?.newest ?? 0;
    return { newest, [Symbol.dispose]: () => void this.#rings.delete(ring) };
  }

  fetch(after: number): Fetched {
    const none = { text: "", sequence: after };
    if (!this.#isOpen() || !Number.isSafeInteger(after) || after < 0) return none;
    const { inbox, store } = this.#options;
    const [item] = store.page(inbox, { after, limit: 1 }).items;
    return item === undefined ? none : { text: itemLine(item), sequence: item.sequence };
  }

  #page({ after, before, limit, search }: PageQueryIpc): string {
    if (!this.#isOpen()) return "";
    const query = checkPageQuery({
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
      ...(limit !== undefined && { limit }),
      ...(search !== undefined && { search }),
    });
    return pageJson(this.#options.store.page(this.#options.inbox, query));
  }

  /** Ends it if what opened it does not any more; then nobody hears what is answered. */
  #isOpen(): boolean {
    if (!this.#isOver && !this.#options.holds()) this.end();
    return !this.#isOver;
  }

  async #start(kernel: Kernel): Promise<void> {
    const { onError } = this.#options;
    try {
      const onDisconnect = (sender: number): void => {
        this.#holders.delete(sender);
        this.#release();
      };
      const server = await kernel.createServer(ReadingService, { sid: this.sid, onDisconnect });
      this.#server = server;
      if (this.#isOver) server.destroy({ force: true });
      const { handlers } = this.#host;
      const held = <M extends { readonly sender: number }>(message: M): M => {
        this.#holders.add(message.sender);
        return message;
      };
      void server.serve(
        {
          Subscribe: (message) => handlers.Subscribe(held(message)),
          Unsubscribe: (message) => handlers.Unsubscribe(held(message)),
          Fetch: (message) => handlers.Fetch(held(message)),
          Page: (message) => answering(() => this.#page(held(message).value), onError),
        },
        onError,
      );
    } catch (error) {
      this.end();
      throw error;
    }
    if (this.#isOver) throw new KernelError("ServerNotFound", "What was opened has ended.");
  }

  /** Ends it after a while, if nobody holds it. */
  #release(): void {
    if (this.#isOver || this.#holders.size > 0) return;
    this.#unheld?.cancel();
    this.#unheld = this.#options.clock.after(UNHELD_MS, () => {
      if (this.#holders.size === 0) this.end();
    });
  }
}
