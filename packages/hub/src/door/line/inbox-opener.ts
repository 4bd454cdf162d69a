import type { OpenedInbox, OpenInbox } from "@doorbell-js/doorbell/line";

import { type Inboxes, type InboxReader, RefusedError } from "../../inbox/index.ts";
import { Ends } from "../ends.ts";

/** How many of an inbox's newest items a session finds unread that says no number. */
const UNREAD = 100;

/** Opens inboxes for sessions of the line protocol, each with a reader of its own: what ends a key ends its session. */
export function inboxOpener(inboxes: Pick<Inboxes, "open">): OpenInbox {
  const ends = new Ends();
  return async (key) => {
    try {
      return opened(await inboxes.open({ credential: key }), ends);
    } catch (cause) {
      if (opensNothing(cause)) return undefined;
      throw cause;
    }
  };
}

/** A key of another kind, the owner's among them: on the line it would have to be said which inbox is meant. */
function opensNothing(cause: unknown): boolean {
  return cause instanceof RefusedError && ["AccessDenied", "InvalidArgument", "NotFound"].includes(cause.code);
}

function opened(reader: InboxReader, ends: Ends): OpenedInbox {
  return {
    id: reader.id,
    unread: UNREAD,
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
