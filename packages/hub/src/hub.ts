import { Kernel, type KernelReport } from "@doorbell-js/doorbell/kernel";
import {
  type Clock,
  type ListenAddress,
  type ListenOptions,
  type ServerEvent,
  systemClock,
} from "@doorbell-js/doorbell/line";

import type { Backend } from "./network/index.ts";
import type { SourceChoice, SourceEvent, SourceThreadEvent } from "./source/index.ts";

/** What an operator may want to know. */
export type HubEvent = ServerEvent | SourceEvent | SourceThreadEvent;

export interface HubOptions {
  /** Addresses of the line protocol. */
  readonly listen: readonly ListenOptions[];
  /** New random numbers a minute, on average. */
  readonly randomPerMinute: number;
  /** Whether the machine's network is a source, for all to read who can reach the hub. @default true */
  readonly network?: boolean;
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

export interface Hub extends AsyncDisposable {
  readonly addresses: readonly ListenAddress[];
  /** What there is in the hub's kernel: numbers only, no secret. */
  inspect(): Promise<KernelReport>;
}

/**
 * Brings everything up, from the sources to the door; disposing takes it down in the opposite order. It is up before the
 * network's state is known. Rejects when an address cannot be had (`LineError`), or the sources do not come up; nothing is
 * left then.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { listen, log, network = true } = options;
  const starting = Kernel.start();
  // Loaded while the kernel's thread starts.
  const loading = Promise.all([import("@doorbell-js/doorbell/push"), import("./door/index.ts")]);
  const kernel = await starting;
  const up: AsyncDisposable[] = [kernel];
  const close = async (): Promise<void> => {
    for (const one of up.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  };
  const failed = new AbortController();
  const sources = startSources(kernel, options, up);
  sources.catch((cause: unknown) => failed.abort(cause));
  try {
    // All at once: the door waits for the sources by their names, and its bells for their thread.
    const [{ startBells }, { openLineDoor }] = await loading;
    startBells(kernel).catch(() => {});
    const door = await openLineDoor(kernel, {
      sources: network ? ["random", "classified", "network"] : ["random", "classified"],
      listen,
      log,
      signal: failed.signal,
    });
    up.push(door);
    await sources;
    return { addresses: door.addresses, inspect: () => kernel.inspect(), [Symbol.asyncDispose]: close };
  } catch (cause) {
    // What is still starting is noted when it has.
    await sources.catch(() => {});
    await close();
    throw cause;
  }
}

/** Starts the sources; what is to be disposed of is noted in `up` at once. Resolves when numbers and board can be reached. */
async function startSources(kernel: Kernel, options: HubOptions, up: AsyncDisposable[]): Promise<void> {
  const { randomPerMinute: perMinute, log, clock, random = Math.random, backends = [], network = true } = options;
  const networks: SourceChoice = network ? { network: {} } : {};
  const { SourcesHere, SourcesOnThread } = await import("./source/index.ts");
  const items: SourceChoice = { random: { perMinute }, classified: {} };
  if (clock !== undefined) {
    up.push(await SourcesHere.start(kernel, { ...items, ...networks }, { clock, random, backends, log }));
    return;
  }
  const thread = new SourcesOnThread(kernel, { name: "items", sources: items, clock: systemClock, log });
  up.push(thread);
  await thread.up;
  // On a thread of its own: what speaks to the system's bus may fail, and the board is not lost.
  // And after the others, which somebody may wait for.
  if (network) up.push(new SourcesOnThread(kernel, { name: "network", sources: networks, clock: systemClock, log }));
}
