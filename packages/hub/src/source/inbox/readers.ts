import type { Kernel, ServerHandle } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";

import type { Access, InboxReader } from "../../inbox/index.ts";
import { toAccessIpc } from "./access.ts";
import { type FaceLink, unavailable } from "./face-link.ts";
import { InboxLink } from "./inbox-link.ts";
import type { OpenedIpc, OpenEntries } from "./reading-api.ts";

/** How long an inbox stays open that nobody reads here any more. */
const LINGER_MS = 10_000;

/** A link, and how many read by it. */
interface Shared {
  readonly link: InboxLink;
  readers: number;
  lingering: { cancel(): void } | undefined;
}

/** The inboxes that are read on this thread: one link for each access, whatever the number of its readers. */
export class Readers {
  readonly #kernel: Kernel;
  readonly #face: FaceLink<OpenEntries>;
  readonly #onError: (cause: unknown) => void;
  /** By what opened them. */
  readonly #shared = new Map<string, Shared>();
  /** By the opcodes of their rings. */
  readonly #links = new Map<number, InboxLink>();
  #main: Promise<ServerHandle> | undefined;
  #opcode = 0;
  #isClosed = false;

  constructor(kernel: Kernel, face: FaceLink<OpenEntries>, onError: (cause: unknown) => void) {
    this.#kernel = kernel;
    this.#face = face;
    this.#onError = onError;
  }

  async open(access: Access): Promise<InboxReader> {
    const { credential, inbox } = toAccessIpc(access);
    const main = await (this.#main ??= this.#hear());
    if (this.#isClosed) throw unavailable("the hub is stopping");
    const key = `${credential} ${inbox}`;
    const shared = this.#shared.get(key) ?? this.#share(key, main, () => this.#open(credential, inbox));
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

  #open(credential: string, inbox: number | undefined): Promise<OpenedIpc> {
    return this.#face.call((client) => client.Open({ credential, inbox }));
  }

  #share(key: string, main: ServerHandle, open: () => Promise<OpenedIpc>): Shared {
    const opcode = this.#opcode++ >>> 0;
    const link = new InboxLink(this.#kernel, { open, main, opcode, onError: this.#onError });
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
      fetch: (after) => link.fetch(after),
      page: (query) => link.page(query),
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
    shared.lingering = systemClock.after(LINGER_MS, () => {
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
