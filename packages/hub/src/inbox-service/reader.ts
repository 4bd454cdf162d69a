import {
  type Client,
  client,
  type Kernel,
  KernelError,
  type Message,
  type ServerHandle,
  Sid,
} from "@doorbell-js/doorbell/kernel";
import type { Fetched, KeyEnd, Subscription } from "@doorbell-js/doorbell/line";
import type { Subscriber } from "@doorbell-js/doorbell/push";

import { checkPageQuery, RefusedError } from "../inbox/rules.ts";
import { type Access, type InboxReader, type Item, type Page, PAGE_BYTES_MAX, type PageQuery } from "../inbox/types.ts";
import type { News } from "../source/api.ts";
import { followSource, keepConnected } from "../source/follow.ts";
import { type FaceLink, Gate, type LinkOptions, unavailable, Waiters } from "./face-link.ts";
import { done, type OpenedIpc, type OpenEntries, type OpenIpc, ReadingService, toAccessIpc } from "./protocol.ts";

/** How long an inbox stays open that nobody reads here any more. */
const LINGER_MS = 10_000;

/** So many pages are asked for at a time: each takes the memory of the longest. */
const PAGES_MAX = 8;

/** The inboxes that are read on this thread: one link for each access, whatever the number of its readers. */
export class Readers {
  readonly #kernel: Kernel;
  readonly #face: FaceLink<OpenEntries>;
  readonly #options: LinkOptions;
  /** By what opened them. */
  readonly #shared = new Map<string, Shared>();
  /** By the opcodes of their rings. */
  readonly #links = new Map<number, InboxLink>();
  readonly #pages = new Gate(PAGES_MAX);
  #main: Promise<ServerHandle> | undefined;
  #opcode = 0;
  #isClosed = false;

  constructor(kernel: Kernel, face: FaceLink<OpenEntries>, options: LinkOptions) {
    this.#kernel = kernel;
    this.#face = face;
    this.#options = options;
  }

  async open(access: Access): Promise<InboxReader> {
    const { credential, inbox } = toAccessIpc(access);
    const main = await (this.#main ??= this.#hear());
    if (this.#isClosed) throw unavailable("the hub is stopping");
    const key = `${credential} ${inbox}`;
    const shared =
      this.#shared.get(key) ??
      this.#share(key, main, {
        open: (before) => this.#open({ credential, inbox, before }),
        pass: (work) => this.#pages.pass(credential, work),
      });
    shared.readers += 1;
    shared.lingering?.cancel();
    try {
      await shared.link.ready;
    } catch (error) {
      this.#leave(key, shared);
      throw error;
    }
    return this.#reader(key, shared);
  }

  /** Closes all of them. Resolves when nothing is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const links = [...this.#shared.values()];
    for (const { link, lingering } of links) {
      lingering?.cancel();
      link.close();
    }
    await Promise.all(links.map(({ link }) => link.ended));
    (await this.#main)?.destroy({ force: true });
  }

  #open(access: OpenIpc): Promise<OpenedIpc> {
    return this.#face.call(access.credential, (client) => client.Open(access));
  }

  #share(key: string, main: ServerHandle, options: Pick<InboxLinkOptions, "open" | "pass">): Shared {
    const opcode = this.#opcode++ >>> 0;
    const link = new InboxLink(this.#kernel, { ...this.#options, ...options, main, opcode });
    const shared: Shared = { link, readers: 0, lingering: undefined };
    this.#shared.set(key, shared);
    this.#links.set(opcode, link);
    void link.ended.then(() => {
      shared.lingering?.cancel();
      this.#links.delete(opcode);
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
    });
    return shared;
  }

  #reader(key: string, shared: Shared): InboxReader {
    const { link } = shared;
    const subscriptions = new Set<Disposable>();
    let isOpen = true;
    return {
      id: link.id,
      name: link.name,
      get newest() {
        return link.newest;
      },
      subscribe: (ring) => {
        const subscription = link.subscribe(ring);
        subscriptions.add(subscription);
        return subscription;
      },
      latest: () => link.latest(),
      fetch: (after) => link.fetch(after),
      page: (query, signal) => link.page(query, signal),
      ended: link.ended,
      [Symbol.dispose]: () => {
        if (!isOpen) return;
        isOpen = false;
        for (const subscription of subscriptions) subscription[Symbol.dispose]();
        this.#leave(key, shared);
      },
    };
  }

  /** One reads it no more. Somebody may want it again soon. */
  #leave(key: string, shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0 || this.#shared.get(key) !== shared) return;
    shared.lingering = this.#options.clock.after(LINGER_MS, () => {
      if (shared.readers > 0) return;
      this.#shared.delete(key);
      shared.link.close();
    });
  }

  /** The server to which all bells bounce. */
  async #hear(): Promise<ServerHandle> {
    const main = await this.#kernel.createServer();
    const hear = async (): Promise<void> => {
      for await (const message of main) {
        using _ = message;
        this.#links.get(message.id)?.take(message);
      }
    };
    void hear();
    return main;
  }
}

/** A link, and how many read by it. */
interface Shared {
  readonly link: InboxLink;
  readers: number;
  lingering: { cancel(): void } | undefined;
}

/** How long an answer may take, the wait for who gives it included. */
const ANSWER_MS = 10_000;

/** What a link is to. */
interface InboxLinkOptions extends LinkOptions {
  /** Opens it, by the credential that was given once; and again after its thread was started anew, with the number of what was open before. */
  readonly open: (before: number | undefined) => Promise<OpenedIpc>;
  /** Asks for a page when it has its turn. */
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>;
  /** Where rings come to, and under which opcode. */
  readonly main: ServerHandle;
  readonly opcode: number;
}

/** One question for all that ask it at the same time: an answer counts only for those that asked before it was asked for. */
class Asked<T> {
  readonly #question: () => Promise<T>;
  #answer: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(question: () => Promise<T>) {
    this.#question = question;
  }

  ask(): Promise<T> {
    if (this.#answer === undefined) return (this.#answer = this.#run());
    const again = (): Promise<T> => this.#run();
    return (this.#next ??= this.#answer.then(again, again));
  }

  async #run(): Promise<T> {
    try {
      return await this.#question();
    } finally {
      this.#answer = this.#next;
      this.#next = undefined;
    }
  }
}

/** A search ends after so long, the wait for those before it included; its page is as much as it has found by then. */
const SEARCH_MS = 5_000;

const tooManySearches = new RefusedError({
  code: "RateLimited",
  message: "a key searches one text at a time, and others were before this: wait until they have ended",
  retryAfterMs: SEARCH_MS,
});

type Reading = Client<typeof ReadingService>;

/** An opened inbox as one thread has it: one bell hangs there, however many read it here. */
class InboxLink {
  /** Resolves when it is open; rejects with why it cannot be opened. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of it is left: it was closed, or its credential opens it no more, for the reason that this gives. */
  readonly ended: Promise<KeyEnd | undefined>;
  readonly #kernel: Kernel;
  readonly #options: InboxLinkOptions;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(newest: number) => void>();
  /** Who waits for the next connection, or for the end. */
  readonly #waiters: Waiters<true>;
  #isReady!: () => void;
  #isNotReady!: (cause: unknown) => void;
  #wasReady = false;
  #opened: OpenedIpc | undefined;
  #reading: Reading | undefined;
  #subscriber: Subscriber<News> | undefined;
  #era: number | undefined;
  #refusal: RefusedError | undefined;
  #newest = 0;
  readonly #searches = new Gate(1);
  readonly #latest = new Asked(() => this.#askLatest());

  constructor(kernel: Kernel, options: InboxLinkOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#waiters = new Waiters(options.clock);
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isNotReady = reject;
    });
    this.ready.catch(() => {});
    this.ended = this.#keep();
  }

  /**
   * The loop: until the inbox is closed, it opens it, hangs a bell at it, and uses that until its server has gone; then it does so
   * again. A refusal closes the inbox, and so does whatever fails before it was open for the first time.
   */
  async #keep(): Promise<KeyEnd | undefined> {
    await keepConnected<(typeof ReadingService)["entries"]>({
      connect: () => this.#connect(),
      signal: this.#closing.signal,
      use: (reading) => this.#use(reading),
      onError: (cause) => this.#failed(cause),
    });
    this.#isNotReady(unavailable("the inbox was closed before it was open: open it again"));
    return this.#refusal && (this.#refusal.code === "NotFound" ? "deleted" : "renewed");
  }

  async #connect(): Promise<Reading> {
    const opened = await this.#options.open(this.#opened?.id);
    const connection = await this.#kernel.tryConnect(Sid.from(opened.sid));
    if (typeof connection === "string") throw new KernelError(connection, "What was opened has ended already.");
    this.#opened = opened;
    return client(ReadingService, connection);
  }

  async #use(reading: Reading): Promise<void> {
    const { main, opcode } = this.#options;
    try {
      await followSource(this.#kernel, reading, {
        main,
        opcode,
        signal: this.#closing.signal,
        begins: (subscriber) => (this.#subscriber = subscriber),
        begun: (state) => {
          this.#hear(state);
          this.#reading = reading.with({ timeoutMs: ANSWER_MS });
          this.#wasReady = true;
          this.#isReady();
          this.#waiters.tell(true);
        },
      });
    } finally {
      this.#reading = undefined;
    }
  }

  get id(): number {
    return this.#opened?.id ?? 0;
  }

  get name(): string {
    return this.#opened?.name ?? "";
  }

  /** The number of its newest item, as far as it was heard of. */
  get newest(): number {
    return this.#newest;
  }

  subscribe(ring: (newest: number) => void): Subscription {
    const own = (newest: number): void => ring(newest);
    this.#listeners.add(own);
    return { newest: this.#newest, [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Asks once for all that want to know at the same time: thousands of readers may come at once. */
  latest(): Promise<number> {
    return this.#latest.ask();
  }

  async #askLatest(): Promise<number> {
    return (JSON.parse(await this.#page({ limit: 1 })) as Page).newest;
  }

  fetch(after: number): Promise<Fetched> {
    return this.#ask((reading) => reading.Fetch({ after }));
  }

  async page(query: PageQuery, signal?: AbortSignal): Promise<string> {
    const checked = checkPageQuery(query);
    if (checked.search === undefined) return await this.#page(checked);
    const until = this.#options.clock.now() + SEARCH_MS;
    return await this.#searches.pass("", () => this.#search(checked, until, signal));
  }

  /**
   * Searches step by step, until it has found what is wanted, its time is over, or the signal says that nobody waits for it: `next`
   * of its page says where it goes on. It makes one step in any case, for a client that says no more and reads on. Whatever else wants the store has its turn between two steps.
   */
  async #search(query: PageQuery, until: number, signal: AbortSignal | undefined): Promise<string> {
    const items: Item[] = [];
    let bytes = 0;
    let page: Omit<Page, "items"> | undefined;
    const { clock } = this.#options;
    for (let ask = query; ;) {
      if (page === undefined && clock.now() >= until) throw tooManySearches;
      const text = await this.#page(ask);
      const { items: found, ...rest } = JSON.parse(text) as Page;
      items.push(...found);
      bytes += text.length;
      // A step backward sees nothing of what arrived since the first: those who go on after `newest` find it.
      page = query.after === undefined && page !== undefined ? { ...rest, newest: page.newest } : rest;
      const { next } = rest;
      const limit = (query.limit ?? 0) - items.length;
      const isOver = limit <= 0 || bytes >= PAGE_BYTES_MAX || clock.now() >= until || signal?.aborted === true;
      if (next === undefined || isOver) break;
      ask = { ...query, limit, ...(query.after === undefined ? { before: next } : { after: next }) };
    }
    return JSON.stringify({ items, ...page });
  }

  async #page({ after, before, limit, search }: PageQuery): Promise<string> {
    const { pass } = this.#options;
    return done(await pass(() => this.#ask((reading) => reading.Page({ after, before, limit, search }))));
  }

  /** A message to main, if it is a ring of this inbox. */
  take(message: Message): void {
    const ring = this.#subscriber?.take(message);
    if (ring !== undefined) this.#hear(ring.value);
  }

  close(): void {
    this.#closing.abort();
    this.#waiters.tell(true);
  }

  /** What was refused stays so. All else is tried again, once it was open. */
  #failed(cause: unknown): void {
    const isRefused = cause instanceof RefusedError && cause.code !== "Unavailable" && cause.code !== "LimitReached";
    if (isRefused || !this.#wasReady) {
      this.#isNotReady(cause);
      if (isRefused) this.#refusal = cause;
      return this.close();
    }
    return this.#options.onError(cause);
  }

  /** How far the items are, from the answer to the subscription or from a ring, whichever is faster. */
  #hear({ era, newest }: News): void {
    // Its items were lost, and others will have their numbers: it is not the inbox that was opened.
    if (era !== (this.#era ??= era)) return this.close();
    if (!Number.isSafeInteger(newest) || newest <= this.#newest) return undefined;
    this.#newest = newest;
    for (const listener of this.#listeners) listener(newest);
    return undefined;
  }

  /** Asks something that changes nothing: again, if who was asked has gone before it answered. */
  async #ask<T>(ask: (reading: Reading) => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const until = clock.now() + ANSWER_MS;
    while (!this.#closing.signal.aborted) {
      const reading = this.#reading;
      if (reading === undefined) {
        if ((await this.#waiters.next(until - clock.now())) === undefined) break;
        continue;
      }
      try {
        return await ask(reading);
      } catch (cause) {
        if (!(cause instanceof KernelError)) throw cause;
        if (cause.code !== "ServerNotFound") throw unavailable(`the inbox did not answer: ${cause.code}; try again`);
        // Its end may not have been heard of yet.
        if (this.#reading === reading) this.#reading = undefined;
      }
    }
    if (!this.#closing.signal.aborted) throw unavailable("the inbox is not there now: try again");
    throw this.#refusal ?? unavailable("the inbox is closed: open it again");
  }
}
