import type { Kernel } from "@doorbell-js/doorbell/kernel";
import { type ListenAddress, systemClock } from "@doorbell-js/doorbell/line";
import { startBells } from "@doorbell-js/doorbell/push";

import { type HttpDoor, openHttpDoor } from "./door/http/index.ts";
import { openLineDoor } from "./door/index.ts";
import type { HubOptions } from "./hub.ts";
import type { Inboxes } from "./inbox/index.ts";
import { connectInboxes } from "./source/index.ts";

export interface DoorsOptions extends Pick<
  HubOptions,
  "listen" | "compat" | "idleMs" | "network" | "numbers" | "board" | "http" | "log"
> {
  /** Resolves when the sources can be reached. */
  readonly sources: Promise<unknown>;
  /** Gives up opening. */
  readonly signal: AbortSignal;
}

export interface Doors {
  readonly addresses: readonly ListenAddress[];
  /** Returns the number of clients that the line has now. */
  readonly connections: () => number;
  readonly http: HttpDoor | undefined;
  readonly inboxes: Inboxes;
}

/**
 * Opens the hub to its clients: the line as soon as numbers and board are there, then HTTP. What is to be disposed of is
 * noted in `up` at once.
 */
export async function openDoors(kernel: Kernel, options: DoorsOptions, up: AsyncDisposable[]): Promise<Doors> {
  const { listen, compat, idleMs, log, network = true, numbers = true, board = true, sources, signal } = options;
  const served = { random: numbers, classified: board, network };
  startBells(kernel).catch(() => {});
  const inboxes = connectInboxes(kernel, { onError: (cause) => log({ type: "sourceFailed", cause }) });
  // Closed after the doors: who reads an inbox there is told that the hub stops.
  up.push(inboxes);
  const line = await openLineDoor(kernel, {
    sources: (["random", "classified", "network"] as const).filter((name) => served[name]),
    ...(compat !== undefined && { compat }),
    ...(idleMs !== undefined && { idleMs }),
    inboxes,
    listen,
    log,
    signal,
  });
  up.push(line);
  await sources;
  const { addresses, connections, post } = line;
  const parts = { inboxes, sources: line.sources, ...(post && { post }), log, clock: systemClock };
  const http = options.http && (await openHttpDoor({ ...options.http, ...parts }));
  if (http !== undefined) up.push(http);
  return { addresses, connections, http, inboxes };
}
