/** What of a thread needs the store. It loads late, since SQLite comes with it: a thread that serves none of it has no SQLite. */

import { randomBytes } from "node:crypto";

import { type Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import type { InboxPowers } from "../inbox-service/ringing.ts";
import { keysOf, newKeys, serveInboxes, settleKeys } from "../inbox-service/server.ts";
import { keysFrom, type KeysJson } from "../keys-file.ts";
import { Classifieds } from "../source/builtin.ts";
import { serveBoard, type Serving } from "../source/serve.ts";
import { openStore, type StoreEvent } from "../store/sql-store.ts";
import type { Store, StoreLimits } from "../store/store.ts";
import type { Clock } from "../time.ts";

/** What of the store is served, each by the words of its private server's id. */
export interface StoredOrders {
  readonly classified?: { readonly sid: SidWords };
  readonly inboxes?: { readonly sid: SidWords };
}

/** Where what must survive is kept; it can be cloned. */
export interface StoreChoice {
  /** A data folder. @default in memory */
  readonly folder?: string;
  /** The keys of a store in memory; a folder has a file of them. @default new ones, which nobody knows */
  readonly keys?: KeysJson;
  readonly limits?: Partial<StoreLimits>;
}

interface StoredOptions {
  readonly store: StoreChoice;
  readonly clock: Clock;
  readonly onError: (cause: unknown) => void;
  /** Hears why nothing more can be stored: until its thread is started anew. */
  readonly onFailed: (cause: unknown) => void;
  readonly log: (event: StoreEvent) => void;
}

/** Serves what is kept in the store: the board and the inboxes. The store is closed when both have ended. */
export async function serveStored(
  kernel: Kernel,
  { classified, inboxes }: StoredOrders,
  { store: choice, clock, onError, onFailed, log }: StoredOptions,
): Promise<Serving> {
  const powers: InboxPowers = { clock, now: Date.now, randomBytes };
  const place = choice.folder === undefined ? ({ memory: true } as const) : { folder: choice.folder };
  const store = openStore(place, { clock, onFailed, log, limits: choice.limits ?? {} });
  const begun: Promise<Serving>[] = [];
  try {
    // Before anything is served: without keys nothing is.
    if (inboxes !== undefined) await settle(store, choice, powers);
    if (classified !== undefined) {
      const { era } = store;
      const sid = Sid.from(classified.sid);
      begun.push(serveBoard(kernel, { sid, classifieds: new Classifieds(store.ads), era, onError }));
    }
    if (inboxes !== undefined) {
      begun.push(serveInboxes(kernel, { sid: Sid.from(inboxes.sid), store, powers, onError }));
    }
    const all = await Promise.all(begun);
    const end = async (): Promise<void> => {
      await Promise.all(all.map(({ ended }) => ended));
      await store[Symbol.asyncDispose]();
    };
    return { ended: end() };
  } catch (cause) {
    await store[Symbol.asyncDispose]();
    throw cause;
  }
}

/** Makes what the keys are of. */
async function settle(store: Store, { folder, keys }: StoreChoice, powers: InboxPowers): Promise<void> {
  const given = keys === undefined ? newKeys(powers.randomBytes) : keysFrom(keys);
  await settleKeys(store, folder === undefined ? given : keysOf(folder, store, powers), powers);
}
