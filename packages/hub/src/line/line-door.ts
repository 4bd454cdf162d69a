import type { Client, Kernel, ServerHandle } from "@doorbell-js/doorbell/kernel";
import {
  type Compat,
  type KeyEnd,
  LineServer,
  type LineServerOptions,
  type ListenAddress,
  type ListenOptions,
  type OpenedInbox,
  type OpenInbox,
  type ServerEvent,
  type Source,
} from "@doorbell-js/doorbell/line";

import { Ends } from "../ends.ts";
import { RefusedError } from "../inbox/rules.ts";
import type { Inboxes, InboxReader } from "../inbox/types.ts";
import { boardName, PublicBoard } from "../source/api.ts";
import { keepConnected } from "../source/follow.ts";
import { SourceLink } from "./source-link.ts";

/** How many of a source's newest items a new session finds unread. */
const unread = { random: 1, classified: 100, network: 1 } as const;

interface LineDoorOptions {
  /** In the order in which they are listed. */
  readonly sources: readonly (keyof typeof unread)[];
  /** See `LineServer`. @default "answer" */
  readonly compat?: Compat;
  /** See `LineServer`. */
  readonly limits?: NonNullable<LineServerOptions["limits"]>;
  /** What keys open. @default nothing: there is no command `key` */
  readonly inboxes?: Pick<Inboxes, "open">;
  /** Every address to listen at. */
  readonly listen: readonly ListenOptions[];
  readonly log: (event: ServerEvent) => void;
  /** Gives up opening; once the door is open it does nothing. */
  readonly signal: AbortSignal;
}

interface LineDoor extends AsyncDisposable {
  readonly addresses: readonly ListenAddress[];
  /** Returns the number of clients that are connected now. */
  readonly connections: () => number;
  /** What it serves, for other doors: one bell hangs at each source for all of them. */
  readonly sources: Readonly<Record<string, Source>>;
  /** Puts an ad on the board, if that is served. It is stored when this resolves. */
  readonly post: ((text: string) => Promise<void>) | undefined;
}

/**
 * Opens the hub's sources to clients of the line protocol: a subscriber like any other, whatever the number of its clients.
 * Resolves when it listens and the numbers and the board are there; the network may come later. If one address cannot be
 * had, none is.
 */
export async function openLineDoor(kernel: Kernel, options: LineDoorOptions): Promise<LineDoor> {
  const { inboxes, compat, limits, listen, log, signal } = options;
  const closing = new AbortController();
  const onError = (cause: unknown): void => log({ type: "sourceFailed", cause });
  const main = await kernel.createServer();
  const links = options.sources.map((source, opcode) => {
    const link = { source, unread: unread[source], main, opcode, signal: closing.signal, onError };
    return new SourceLink(kernel, link);
  });
  const board = options.sources.includes("classified") ? new BoardLink(kernel, closing.signal, onError) : undefined;
  const hearing = hear(main, links);
  const sources = Object.fromEntries(options.sources.map((source, opcode) => [source, links[opcode] as SourceLink]));
  const post = board && ((text: string): Promise<void> => board.post(text));
  const server = new LineServer({
    sources,
    ...(post && { post }),
    ...(inboxes && { openInbox: inboxOpener(inboxes) }),
    ...(compat !== undefined && { compat }),
    ...(limits && { limits }),
    log,
  });
  const close = async (): Promise<void> => {
    await server.close();
    closing.abort();
    await Promise.all([board?.ended, ...links.map(({ ended }) => ended)]);
    main.destroy({ force: true });
    await hearing;
  };
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  aborted.catch(() => {});
  const addresses: ListenAddress[] = [];
  try {
    signal.throwIfAborted();
    await Promise.race([Promise.all([board?.ready, sources["random"]?.ready, sources["classified"]?.ready]), aborted]);
    for (const address of listen) addresses.push(await server.listen(address));
  } catch (cause) {
    await close();
    throw cause;
  }
  const connections = (): number => server.stats().connections;
  return { addresses, connections, sources, post, [Symbol.asyncDispose]: close };
}

/** Hands each ring to the link whose opcode it has. */
async function hear(main: ServerHandle, links: readonly SourceLink[]): Promise<void> {
  for await (const message of main) {
    using _ = message;
    links[message.id]?.take(message);
  }
}

/** How long the board may take to store an ad. */
const ANSWER_MS = 10_000;

/** The board, for those who post. */
class BoardLink {
  /** Resolves when the board is there for the first time. */
  readonly ready: Promise<void>;
  /** Resolves when it was told to end. */
  readonly ended: Promise<void>;
  #isReady!: () => void;
  #client: Client<typeof PublicBoard> | undefined;

  constructor(kernel: Kernel, signal: AbortSignal, onError: (cause: unknown) => void) {
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    this.ended = keepConnected({
      connect: () => kernel.names.connect(boardName, PublicBoard, { signal }),
      signal,
      use: async (client) => {
        this.#client = client.with({ timeoutMs: ANSWER_MS });
        this.#isReady();
        await Promise.race([client.connection.ended, aborted]);
        this.#client = undefined;
      },
      onError,
    });
  }

  /** Puts an ad on the board. It is stored when this resolves; else it rejects, with why. */
  async post(text: string): Promise<void> {
    if (this.#client === undefined) throw new Error("the board has gone, and is not back yet");
    const posted = await this.#client.Post({ text });
    if (posted.kind === "refused") throw new Error(`the ad was not stored: ${posted.value}`);
  }
}

/** How many of an inbox's newest items a session finds unread that says no number. */
const INBOX_UNREAD = 100;

/** Opens inboxes for sessions of the line protocol, each with a reader of its own: what ends a key ends its session. */
export function inboxOpener(inboxes: Pick<Inboxes, "open">): OpenInbox {
  const ends = new Ends<KeyEnd | undefined>();
  return async (key) => {
    try {
      return opened(await inboxes.open({ credential: key }), ends);
    } catch (cause) {
      if (opensNothing(cause)) return undefined;
      throw cause;
    }
  };
}

function opened(reader: InboxReader, ends: Ends<KeyEnd | undefined>): OpenedInbox {
  return {
    id: reader.id,
    unread: INBOX_UNREAD,
    fetch: (after) => reader.fetch(after),
    subscribe(ring, ended) {
      const subscription = reader.subscribe(ring);
      const waiting = ends.wait(reader.ended, ended);
      return {
        newest: subscription.newest,
        [Symbol.dispose]() {
          waiting[Symbol.dispose]();
          subscription[Symbol.dispose]();
        },
      };
    },
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

/** A key of another kind, the owner's among them: on the line it would have to be said which inbox is meant. */
function opensNothing(cause: unknown): boolean {
  return cause instanceof RefusedError && ["AccessDenied", "InvalidArgument", "NotFound"].includes(cause.code);
}
