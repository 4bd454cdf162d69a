import { randomBytes } from "node:crypto";

import { Kernel, type KernelReport } from "@doorbell-js/doorbell/kernel";
import {
  type Clock,
  type Compat,
  type LineServerOptions,
  type ListenAddress,
  type ListenOptions,
  type ServerEvent,
  systemClock,
} from "@doorbell-js/doorbell/line";

import type { HttpLimits } from "./http/errors.ts";
import { type HttpAddress, type HttpDoor, type HttpEvent, openHttpDoor } from "./http/server.ts";
import { connectInboxes } from "./inbox-service/client.ts";
import type { Inboxes } from "./inbox/types.ts";
import { type Keys, keysToJson, readKeys } from "./keys-file.ts";
import { openLineDoor } from "./line/line-door.ts";
import type { Backend } from "./network/state.ts";
import type { StoreChoice } from "./threads/serve-stored.ts";
import { SourcesOnThread, type SourceThreadEvent } from "./threads/sources-on-thread.ts";
import type { SourceChoice, SourceEvent } from "./threads/start.ts";

interface HubOptions {
  /** Addresses of the line protocol. */
  readonly listen: readonly ListenOptions[];
  /** The set of commands of the line protocol, and the answer to other lines. @default "answer" */
  readonly compat?: Compat;
  /** Milliseconds without a byte after which a client's notification mode ends; `Infinity`: never. @default 30 min */
  readonly idleMs?: number;
  /** New random numbers a minute, on average. */
  readonly randomPerMinute: number;
  /** Serves random numbers as a source. @default true */
  readonly numbers?: boolean;
  /** Serves the board of ads as a source, and takes ads. Without it the ads stay in the store. @default true */
  readonly board?: boolean;
  /** Whether the machine's network is a source, for all to read who can reach the hub. @default true */
  readonly network?: boolean;
  /** Where ads, inboxes and their keys are kept: a folder for this user alone, made if need be. @default in memory */
  readonly store?: { readonly folder: string };
  /** Inboxes, and bells of an inbox, that there may be. @default 1000 of each */
  readonly storeLimits?: StoreChoice["limits"];
  /** Limits of the line protocol: see `LineServer`. */
  readonly lineLimits?: Omit<NonNullable<LineServerOptions["limits"]>, "idleMs">;
  /** Where HTTP is served; port 0 takes any free one. @default nowhere */
  readonly http?: HttpChoice;
  readonly log: (event: HubEvent) => void;
  /**
   * When random numbers come. With a clock of one's own the sources run on the hub's thread, as a clock can be read on no
   * other. @default systemClock, and the sources run on threads of their own
   */
  readonly clock?: Clock;
  /** What the numbers are, with a clock of one's own. @default Math.random */
  readonly random?: () => number;
  /** How the network is watched, with a clock of one's own. @default none: its state is never known */
  readonly backends?: readonly Backend[];
}

/** Where HTTP is served, and how it is reached from elsewhere. */
export interface HttpChoice {
  readonly host: string;
  readonly port: number;
  readonly url?: string;
  readonly limits?: Partial<HttpLimits>;
}

/** What an operator may want to know. */
export type HubEvent = ServerEvent | SourceEvent | SourceThreadEvent | HttpEvent;

export interface Hub extends AsyncDisposable {
  readonly addresses: readonly ListenAddress[];
  /** Where HTTP is served, if it is. */
  readonly http: HttpAddress | undefined;
  /** The inboxes, for who has a key. */
  readonly inboxes: Inboxes;
  /** The owner's key, and those of the first inbox as they were at the first start. */
  readonly keys: Keys;
  /** Returns the numbers of connections that there are now. */
  connections(): { readonly line: number; readonly http: number };
  /** An address that logs in to the page, once and within 10 minutes; none without HTTP. */
  pageLink(): string | undefined;
  /** What there is in the hub's kernel: numbers only, no secret. */
  inspect(): Promise<KernelReport>;
}

/**
 * Brings everything up, from the sources to the door; disposing takes it down in the opposite order. It is up before the
 * network's state is known. Rejects when an address cannot be had (`LineError`, `HttpDoorError`), the store cannot be opened (`StoreError`,
 * `KeysFileError`), or the sources do not come up; nothing is left then.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const starting = Kernel.start();
  const up: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const one of up.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  };
  const failed = new AbortController();
  // Beside the kernel's thread, not after it.
  const sources = startSources(starting, options, up);
  sources.catch((cause: unknown) => failed.abort(cause));
  try {
    const kernel = await starting;
    // Closed last: all the rest lives in it.
    up.unshift(kernel);
    // At once: the doors wait for the sources by their names.
    const doors = await openDoors(kernel, { ...options, sources, signal: failed.signal }, up);
    const keys = (await sources) ?? keysIn(options.store?.folder ?? "");
    return {
      addresses: doors.addresses,
      http: doors.http?.address,
      inboxes: doors.inboxes,
      keys,
      connections: () => ({ line: doors.connections(), http: doors.http?.connections() ?? 0 }),
      pageLink: () => doors.http?.loginLink(keys.owner.text()),
      inspect: () => kernel.inspect(),
      [Symbol.asyncDispose]: close,
    };
  } catch (cause) {
    // What is still starting is noted when it has.
    await sources.catch(() => {});
    await close();
    throw cause;
  }
}

/**
 * Starts the sources; what is to be disposed of is noted in `up` at once. Resolves when numbers and board can be reached: with
 * the keys of a store in memory, which are made here, so that they outlive the thread that has it.
 */
async function startSources(
  starting: Promise<Kernel>,
  options: HubOptions,
  up: AsyncDisposable[],
): Promise<Keys | undefined> {
  // Who waits for it is told.
  starting.catch(() => {});
  const keys = options.store === undefined ? await keysInMemory() : undefined;
  const { randomPerMinute: perMinute, log, clock, random = Math.random, backends = [] } = options;
  const { network = true, numbers = true, board = true } = options;
  const networks: SourceChoice = network ? { network: {} } : {};
  const items: SourceChoice = {
    ...(numbers && { random: { perMinute } }),
    ...(board && { classified: {} }),
    inboxes: {},
  };
  const { storeLimits: limits } = options;
  const store: StoreChoice = { ...options.store, ...(keys && { keys: keysToJson(keys) }), ...(limits && { limits }) };
  if (clock !== undefined) {
    const { SourcesHere } = await import("./threads/start.ts");
    up.push(
      await SourcesHere.start(await starting, { ...items, ...networks }, { clock, random, backends, store, log }),
    );
    return keys;
  }
  const thread = new SourcesOnThread(starting, {
    name: "items",
    sources: items,
    store,
    // Why the store cannot be opened is told to who starts the hub, and is not tried again in silence.
    retryFirst: false,
    clock: systemClock,
    log,
  });
  up.push(thread);
  await thread.up;
  // On a thread of its own: what speaks to the system's bus may fail, and the board is not lost.
  // And after the others, which somebody may wait for.
  if (network) up.push(new SourcesOnThread(starting, { name: "network", sources: networks, clock: systemClock, log }));
  return keys;
}

/** Keys of a store in memory. */
async function keysInMemory(): Promise<Keys> {
  const { newKeys } = await import("./inbox-service/server.ts");
  return newKeys(randomBytes);
}

interface DoorsOptions extends Pick<
  HubOptions,
  "listen" | "compat" | "idleMs" | "lineLimits" | "network" | "numbers" | "board" | "http" | "log"
> {
  /** Resolves when the sources can be reached. */
  readonly sources: Promise<unknown>;
  /** Gives up opening. */
  readonly signal: AbortSignal;
}

interface Doors {
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
async function openDoors(kernel: Kernel, options: DoorsOptions, up: AsyncDisposable[]): Promise<Doors> {
  const {
    listen,
    compat,
    idleMs,
    lineLimits,
    log,
    network = true,
    numbers = true,
    board = true,
    sources,
    signal,
  } = options;
  const served = { random: numbers, classified: board, network };
  const inboxes = connectInboxes(kernel, { onError: (cause) => log({ type: "sourceFailed", cause }) });
  // Closed after the doors: who reads an inbox there is told that the hub stops.
  up.push(inboxes);
  const line = await openLineDoor(kernel, {
    sources: (["random", "classified", "network"] as const).filter((name) => served[name]),
    ...(compat !== undefined && { compat }),
    limits: { ...lineLimits, ...(idleMs !== undefined && { idleMs }) },
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

/** The keys of a data folder, which has some once its store is served. */
function keysIn(folder: string): Keys {
  const keys = readKeys(folder);
  if (keys === undefined) throw new Error(`the keys of ${folder} have gone: start the hub again`);
  return keys;
}
