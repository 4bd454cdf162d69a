import { timingSafeEqual } from "node:crypto";

import { type Kernel, KernelError, type ServiceServer, Sid } from "@doorbell-js/doorbell/kernel";
import type { Fetched, Source, Subscription } from "@doorbell-js/doorbell/line";

import { Key } from "../inbox/key.ts";
import { checkPageQuery, RefusedError } from "../inbox/rules.ts";
import { type Inbox, itemLine, pageJson } from "../inbox/types.ts";
import { SourceHost } from "../source/serve.ts";
import type { InboxStore, Store } from "../store/store.ts";
import type { Clock } from "../time.ts";
import {
  type AccessIpc,
  answering,
  denied,
  type OpenIpc,
  type PageQueryIpc,
  type ReadingEntries,
  ReadingService,
} from "./protocol.ts";

const OPENINGS_MAX = 2_000;

interface OpeningsOptions {
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

/** How long an opened inbox is kept that nobody holds. */
const UNHELD_MS = 30_000;

/** What is opened, and on whose behalf. */
interface OpeningOptions {
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
class Opening implements Source {
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

  /**
   * The server: it answers each message until the opened inbox ends. Whoever asks for something holds the inbox, and holds it no
   * more once disconnected; the inbox ends when nobody has held it for a while, or at once if there can be no server.
   */
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

  async fetch(after: number): Promise<Fetched> {
    const none = { text: "", sequence: after };
    if (!this.#isOpen() || !Number.isSafeInteger(after) || after < 0) return none;
    const { inbox, store } = this.#options;
    const [item] = (await store.page(inbox, { after, limit: 1 })).items;
    // It may have been ended meanwhile: nobody is to have an item whose key was renewed before.
    if (this.#isOver) return none;
    return item === undefined ? none : { text: itemLine(item), sequence: item.sequence };
  }

  async #page({ after, before, limit, search }: PageQueryIpc): Promise<string> {
    if (!this.#isOpen()) return "";
    const query = checkPageQuery({
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
      ...(limit !== undefined && { limit }),
      ...(search !== undefined && { search }),
    });
    const page = await this.#options.store.page(this.#options.inbox, query);
    return this.#isOver ? "" : pageJson(page);
  }

  /** Ends it if what opened it does not any more; then nobody hears what is answered. */
  #isOpen(): boolean {
    if (!this.#isOver && !this.#options.holds()) this.end();
    return !this.#isOver;
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

/** An inbox, and whose credential opened it. */
interface Granted {
  readonly inbox: Inbox;
  readonly credential: Key;
}

/** Who may do what. Whatever opens nothing, or not this, is refused in the same words. */
export class Rights {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Returns the inbox that may be read with this. A reader that had one open, of the number `before`, hears if that was deleted. */
  toRead({ before, ...access }: OpenIpc): Granted {
    if (before !== undefined && this.#store.inboxes.inbox(before) === undefined)
      throw new RefusedError({ code: "NotFound", message: "the inbox was deleted" });
    return this.#toInbox(access, "read");
  }

  /** The inbox that may be managed with this. */
  toManage(access: AccessIpc): Granted {
    return this.#toInbox(access, "manage");
  }

  /** Lets the owner pass, and sessions of the page. */
  checkOwner(credential: string): void {
    const { right } = this.#grant(Key.parse(credential)) ?? {};
    if (right !== "owner" && right !== "session") throw denied();
  }

  /** Lets the owner's key pass alone: a session opens no other. */
  checkOwnerKey(credential: string): void {
    if (this.#grant(Key.parse(credential))?.right !== "owner") throw denied();
  }

  /** The number of the one inbox that it opens; nothing if it opens all. */
  onlyInbox(credential: string): number | undefined {
    const grant = this.#grant(Key.parse(credential));
    if (grant === undefined) throw denied();
    return grant.inbox;
  }

  /** Whether it is the token of a session that has not ended. */
  isSession(token: string): boolean {
    return this.#grant(Key.parse(token))?.right === "session";
  }

  /** Whether it opens anything still. */
  holds(credential: Key): boolean {
    return this.#grant(credential) !== undefined;
  }

  #toInbox({ credential, inbox: asked }: AccessIpc, right: "read" | "manage"): Granted {
    const key = Key.parse(credential);
    const grant = this.#grant(key);
    if (key === undefined || grant === undefined) throw denied();
    if (grant.inbox !== undefined) {
      const inbox = grant.right === right ? this.#store.inboxes.inbox(grant.inbox) : undefined;
      if (inbox === undefined || (asked !== undefined && asked !== inbox.id)) throw denied();
      return { inbox, credential: key };
    }
    if (asked === undefined)
      throw new RefusedError({ code: "InvalidArgument", message: "that key opens all inboxes: say which one" });
    const inbox = Number.isSafeInteger(asked) ? this.#store.inboxes.inbox(asked) : undefined;
    if (inbox === undefined) throw new RefusedError({ code: "NotFound", message: `there is no inbox ${asked}` });
    return { inbox, credential: key };
  }

  /** What a key opens. It is looked for by its hash, whose bytes tell nothing of its own. */
  #grant(key: Key | undefined): Grant | undefined {
    if (key === undefined || key.kind === "bell") return undefined;
    const hash = key.hash();
    if (key.kind === "owner") {
      const { ownerHash } = this.#store;
      return ownerHash !== undefined && timingSafeEqual(ownerHash, hash) ? { right: "owner" } : undefined;
    }
    if (key.kind === "session")
      return this.#store.sessions.isValid(hash, this.#store.wall()) ? { right: "session" } : undefined;
    const found = this.#store.inboxes.inboxByKey(hash);
    return found?.right === key.kind ? found : undefined;
  }
}

/** What a credential opens: one inbox, or all. */
type Grant =
  | { readonly right: "read" | "manage"; readonly inbox: number }
  | { readonly right: "owner" | "session"; readonly inbox?: undefined };
