import { type Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";
import type { Clock } from "@doorbell-js/doorbell/line";

import type { Backend, NetworkEvent } from "../network/index.ts";
import { openStore } from "../store/index.ts";
import { Classifieds } from "./classifieds.ts";
import { Random } from "./random.ts";
import { serveBoard } from "./serve-board.ts";
import type { Serving } from "./serve-private.ts";
import { serveSource } from "./serve-source.ts";

/** The sources that a thread is to serve, each by the words of its private server's id; so it can be cloned. */
export interface SourceOrders {
  readonly random?: { readonly sid: SidWords; readonly perMinute: number };
  readonly classified?: { readonly sid: SidWords };
  readonly network?: { readonly sid: SidWords };
}

/** Which sources, and how often there are new numbers. */
export type SourceChoice = { readonly [Name in keyof SourceOrders]: Omit<NonNullable<SourceOrders[Name]>, "sid"> };

/** Orders with new ids: whoever gives them owns the sources. */
export function ordersFor(choice: SourceChoice): SourceOrders {
  const orders = Object.entries(choice).map(([source, order]) => [source, { ...order, sid: Sid.random().words() }]);
  return Object.fromEntries(orders) as SourceOrders;
}

/** What an operator may want to know of sources. */
export type SourceEvent = NetworkEvent | { readonly type: "sourceFailed"; readonly cause: unknown };

/** What sources need of the world. */
export interface SourcePowers {
  readonly clock: Clock;
  /** 0 ≤ n < 1, as `Math.random` */
  readonly random: () => number;
  /** See the network manager's. */
  readonly backends?: readonly Backend[] | undefined;
  readonly log: (event: SourceEvent) => void;
}

/** Serves sources on this thread. Resolves when all can be reached; they serve until each was told to quit. */
export async function serveSources(kernel: Kernel, orders: SourceOrders, powers: SourcePowers): Promise<Serving> {
  const { clock, random, backends, log } = powers;
  const onError = (cause: unknown): void => log({ type: "sourceFailed", cause });
  const begun: Promise<Serving>[] = [];
  if (orders.random !== undefined) {
    const { perMinute } = orders.random;
    const sid = Sid.from(orders.random.sid);
    begun.push(serveSource(kernel, { name: "random", sid, source: new Random({ perMinute, clock, random }), onError }));
  }
  if (orders.classified !== undefined) {
    const store = openStore({ memory: true });
    const sid = Sid.from(orders.classified.sid);
    begun.push(serveBoard(kernel, { sid, classifieds: new Classifieds(store.ads), onError, store }));
  }
  if (orders.network !== undefined) {
    // Loaded where it is served: it is more than all the rest.
    const { serveNetManager } = await import("./net-manager/index.ts");
    begun.push(serveNetManager(kernel, { sid: Sid.from(orders.network.sid), clock, backends, log, onError }));
  }
  const all = await Promise.all(begun);
  return { ended: Promise.all(all.map(({ ended }) => ended)).then(() => {}) };
}
