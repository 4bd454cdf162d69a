import type { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import type { Store } from "../../store/index.ts";
import type { Clock } from "../../time/index.ts";
import { namedFace, servePrivate, type Serving } from "../serve-private.ts";
import { answering } from "./answer.ts";
import { InboxService, managingFace, openFace, ownerFace, ringFace } from "./api.ts";
import { managingName } from "./managing-api.ts";
import { managingHandlers } from "./managing.ts";
import { Openings } from "./openings.ts";
import { ownerName } from "./owner-api.ts";
import { owningHandlers } from "./owning.ts";
import type { InboxPowers } from "./powers.ts";
import { openName } from "./reading-api.ts";
import { Rights } from "./rights.ts";
import { ringName } from "./ring-api.ts";
import { Ringing } from "./ringing.ts";

/** Rings that are being stored at a time, as the store puts many on disk together. */
const IN_FLIGHT_MAX = 1_024;
/** How often what is too old is looked for. */
const TIDY_MS = 5 * 60_000;

/** Inboxes that are to be served. */
export interface ServedInboxes {
  /** Of their private server. */
  readonly sid: Sid;
  /** It stays the caller's, and has to live longer. */
  readonly store: Store;
  readonly powers: InboxPowers;
  readonly onError: (cause: unknown) => void;
}

/** Serves the inboxes: a private server, and a face for each right: to ring, to read, to manage, and the owner's. */
export async function serveInboxes(kernel: Kernel, { sid, store, powers, onError }: ServedInboxes): Promise<Serving> {
  const rights = new Rights(store, powers.now);
  const openings = new Openings(kernel, { store, clock: powers.clock, rights, onError });
  const ringing = new Ringing(store.inboxes, powers, (inbox, newest) => openings.tell(inbox, newest));
  const desk = { store, powers, rights, openings, ringing, onError };
  const options = { queueMax: IN_FLIGHT_MAX };
  return await servePrivate(kernel, {
    service: InboxService,
    sid,
    queueMax: IN_FLIGHT_MAX,
    handlers: (quit) => ({
      Ring: ({ value }) => answering(() => ringing.ring(value), onError),
      Open: ({ value }) =>
        answering(async () => {
          const granted = rights.toRead(value);
          const opening = await openings.open(granted);
          return { sid: opening.sid.words(), id: granted.inbox.id, name: granted.inbox.name };
        }, onError),
      ...managingHandlers(desk),
      ...owningHandlers(desk),
      Quit: quit,
    }),
    faces: [
      namedFace(kernel, ringName, ringFace, onError, options),
      namedFace(kernel, openName, openFace, onError),
      namedFace(kernel, managingName, managingFace, onError),
      namedFace(kernel, ownerName, ownerFace, onError),
    ],
    onError,
    owned: [openings, tidying(store, openings, powers.clock, onError)],
  });
}

/** Lets go of what is too old, and of what sessions opened that have ended, now and then. */
function tidying(store: Store, openings: Openings, clock: Clock, onError: (cause: unknown) => void): AsyncDisposable {
  const closing = new AbortController();
  let tidied = Promise.resolve();
  const tidy = async (): Promise<void> => {
    try {
      openings.endStale();
      while (!closing.signal.aborted && (await store.inboxes.prune()));
    } catch (cause) {
      onError(cause);
    }
    if (!closing.signal.aborted) timer = clock.after(TIDY_MS, start);
  };
  const start = (): void => void (tidied = tidy());
  let timer = clock.after(TIDY_MS, start);
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      timer.cancel();
      await tidied;
    },
  };
}
