import type { Kernel, ServerHandle } from "@doorbell-js/doorbell/kernel";
import {
  type Compat,
  LineServer,
  type ListenAddress,
  type ListenOptions,
  type ServerEvent,
  type Source,
} from "@doorbell-js/doorbell/line";

import type { Inboxes } from "../../inbox/index.ts";
import { BoardLink } from "./board-link.ts";
import { inboxOpener } from "./inbox-opener.ts";
import { SourceLink } from "./source-link.ts";

/** How many of a source's newest items a new session finds unread. */
const unread = { random: 1, classified: 100, network: 1 } as const;

export interface LineDoorOptions {
  /** In the order in which they are listed. */
  readonly sources: readonly (keyof typeof unread)[];
  /** See `LineServer`. @default "answer" */
  readonly compat?: Compat;
  /** See the limits of `LineServer`. @default 30 min */
  readonly idleMs?: number;
  /** What keys open. @default nothing: there is no command `key` */
  readonly inboxes?: Pick<Inboxes, "open">;
  /** Every address to listen at. */
  readonly listen: readonly ListenOptions[];
  readonly log: (event: ServerEvent) => void;
  /** Gives up opening; once the door is open it does nothing. */
  readonly signal: AbortSignal;
}

export interface LineDoor extends AsyncDisposable {
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
  const { inboxes, compat, idleMs, listen, log, signal } = options;
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
    ...(idleMs !== undefined && { limits: { idleMs } }),
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
