import { type Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";
import type { Clock } from "@doorbell-js/doorbell/line";

import type { Backend } from "../network/state.ts";
import type { NetworkEvent } from "../network/watcher.ts";
import { SourceService } from "../source/api.ts";
import { Random } from "../source/builtin.ts";
import { serveSource, type Serving } from "../source/serve.ts";
import type { StoreEvent } from "../store/sql-store.ts";
import type { StoreChoice, StoredOrders } from "./serve-stored.ts";

/** The sources that a thread is to serve, each by the words of its private server's id; so it can be cloned. */
export interface SourceOrders extends StoredOrders {
  readonly random?: { readonly sid: SidWords; readonly perMinute: number };
  readonly network?: { readonly sid: SidWords };
}

/** What sources need of the world. */
interface SourcePowers {
  readonly clock: Clock;
  /** 0 ≤ n < 1, as `Math.random` */
  readonly random: () => number;
  /** See the network manager's. */
  readonly backends?: readonly Backend[] | undefined;
  /** Where ads and inboxes are kept. @default in memory */
  readonly store?: StoreChoice | undefined;
  /** Ends the thread, which is started anew: the store can be used no more as it is open. @default it is logged alone */
  readonly fail?: (cause: unknown) => void;
  readonly log: (event: SourceEvent) => void;
}

/** What an operator may want to know of sources. */
export type SourceEvent = NetworkEvent | StoreEvent | { readonly type: "sourceFailed"; readonly cause: unknown };

/** Serves sources on this thread. Resolves when all can be reached; they serve until each was told to quit. */
export async function serveSources(kernel: Kernel, orders: SourceOrders, powers: SourcePowers): Promise<Serving> {
  const { clock, random, backends, store = {}, log, fail } = powers;
  const onError = (cause: unknown): void => log({ type: "sourceFailed", cause });
  const stored: Serving[] = [];
  const begun: Promise<Serving>[] = [];
  if (orders.classified !== undefined || orders.inboxes !== undefined) {
    // Loaded where it is served, as the network is. And first: without its store nothing of the thread is served.
    const { serveStored } = await import("./serve-stored.ts");
    stored.push(await serveStored(kernel, orders, { store, clock, onError, onFailed: fail ?? onError, log }));
  }
  if (orders.random !== undefined) {
    const { perMinute } = orders.random;
    const sid = Sid.from(orders.random.sid);
    begun.push(serveSource(kernel, { name: "random", sid, source: new Random({ perMinute, clock, random }), onError }));
  }
  if (orders.network !== undefined) {
    // Loaded where it is served: it is more than all the rest.
    const { serveNetManager } = await import("../network/serve.ts");
    begun.push(serveNetManager(kernel, { sid: Sid.from(orders.network.sid), clock, backends, log, onError }));
  }
  const all = [...stored, ...(await Promise.all(begun))];
  return { ended: Promise.all(all.map(({ ended }) => ended)).then(() => {}) };
}

/** Which sources, and how often there are new numbers. */
export type SourceChoice = { readonly [Name in keyof SourceOrders]: Omit<NonNullable<SourceOrders[Name]>, "sid"> };

/** Orders with new ids: whoever gives them owns the sources. */
export function ordersFor(choice: SourceChoice): SourceOrders {
  const orders = Object.entries(choice).map(([source, order]) => [source, { ...order, sid: Sid.random().words() }]);
  return Object.fromEntries(orders) as SourceOrders;
}

/** Sources on the thread that asks for them, by powers of its own: its clock, its chance. */
export class SourcesHere implements AsyncDisposable {
  readonly #end: () => Promise<void>;

  /** Resolves when they can be reached. */
  static async start(kernel: Kernel, choice: SourceChoice, powers: SourcePowers): Promise<SourcesHere> {
    const orders = ordersFor(choice);
    const { ended } = await serveSources(kernel, orders, powers);
    return new SourcesHere(async () => {
      for (const { sid } of Object.values(orders)) {
        using source = await kernel.connect(Sid.from(sid), SourceService);
        await source.Quit();
      }
      await ended;
    });
  }

  private constructor(end: () => Promise<void>) {
    this.#end = end;
  }

  /** Tells them to quit, and waits until they have. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
