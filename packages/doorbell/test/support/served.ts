/**
 * A line server in a process of its own, whose file descriptors, memory and timers are its alone. It is told what to
 * do over the channel to its parent: see `child-server.ts`.
 */
import { readdirSync } from "node:fs";
import { getHeapStatistics } from "node:v8";

import { MemorySource } from "../../src/line/server/memory-source.ts";
import { LineServer, type ListenAddress, type ListenOptions, type ServerStats } from "../../src/line/server/server.ts";
import type { Limits } from "../../src/line/server/types.ts";

/** What the parent gives as the one argument. */
export interface ServedOptions {
  readonly limits?: Partial<Limits>;
  readonly listen: readonly ListenOptions[];
}

/** What the process looks like from inside. */
export interface Picture {
  readonly stats: ServerStats;
  /** Files that are open. This and the next are NaN when none is left to look with. */
  readonly fds: number;
  readonly rssBytes: number;
  readonly rssBytesMax: number;
  readonly heapBytes: number;
  /** Timers that the server has set and that have neither run nor been cleared. */
  readonly timers: number;
  readonly events: Readonly<Record<string, number>>;
}

export type Request =
  | { readonly id: number; readonly ask: "picture" }
  /** Makes an item of source `ticks` available. */
  | { readonly id: number; readonly ask: "push"; readonly text: string }
  | { readonly id: number; readonly ask: "close" };

const timers = countTimers();
const { limits = {}, listen } = JSON.parse(process.argv[2] ?? "{}") as ServedOptions;
const events: Record<string, number> = {};
const ticks = new MemorySource();
ticks.push("first");

const server = new LineServer({
  sources: { ticks },
  limits,
  log(event) {
    const detail = event.type === "closed" ? event.reason : event.type === "refused" ? event.limit : "";
    const name = `${event.type} ${detail}`.trim();
    events[name] = (events[name] ?? 0) + 1;
  },
});

const addresses: ListenAddress[] = [];
for (const options of listen) addresses.push(await server.listen(options));
process.on("message", (request: Request) => void answer(request));
process.on("disconnect", () => process.exit(1));
process.send?.({ ready: addresses });

async function answer(request: Request): Promise<void> {
  if (request.ask === "push") ticks.push(request.text);
  if (request.ask === "close") await server.close();
  process.send?.({ id: request.id, answer: picture() }, undefined, undefined, () => {
    if (request.ask === "close") process.disconnect();
  });
}

function picture(): Picture {
  globalThis.gc?.();
  const rssBytesMax = process.resourceUsage().maxRSS * 1_024;
  const { used_heap_size: heapBytes } = getHeapStatistics();
  // Both open a file; and the folder that is read is itself open while it is.
  const rssBytes = orNaN(() => process.memoryUsage.rss());
  const fds = orNaN(() => readdirSync("/proc/self/fd").length - 1);
  return { stats: server.stats(), fds, rssBytes, rssBytesMax, heapBytes, timers: timers.size, events };
}

function orNaN(look: () => number): number {
  try {
    return look();
  } catch {
    return Number.NaN;
  }
}

/** Sees every timer that code outside Node sets from here on. */
function countTimers(): ReadonlySet<unknown> {
  const live = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = ((run: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    const timer: NodeJS.Timeout = set(() => {
      live.delete(timer);
      run(...args);
    }, delay);
    live.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
    live.delete(timer);
    clear(timer);
  }) as typeof clearTimeout;
  return live;
}
