import type { Kernel } from "@doorbell-js/doorbell/kernel";

import { checkPublication, hashOfIdempotencyKey, type Inboxes } from "../../inbox/index.ts";
import { checkToken } from "./access.ts";
import { FaceLink } from "./face-link.ts";
import { managingName, ManagingService } from "./managing-api.ts";
import { managing } from "./managing-client.ts";
import { ownerName, OwnerService } from "./owner-api.ts";
import { owning } from "./owning-client.ts";
import { Readers } from "./readers.ts";
import { openName, OpenService } from "./reading-api.ts";
import { ringName, RingService } from "./ring-api.ts";

interface ConnectOptions {
  /** Hears why a connection was lost that is tried again. */
  readonly onError: (cause: unknown) => void;
}

/** The inboxes, as one thread has them. Disposing lets go of everything: who reads is told, and what is asked is refused. */
export interface ConnectedInboxes extends Inboxes, AsyncDisposable {}

/**
 * The inboxes of this kernel, for a door. Nothing is connected before it is needed. When the thread that has them is
 * started anew, what is asked waits for it, and who reads goes on: credentials are kept in memory for that.
 */
export function connectInboxes(kernel: Kernel, { onError }: ConnectOptions): ConnectedInboxes {
  const ringing = new FaceLink(kernel, ringName, RingService, onError);
  const opening = new FaceLink(kernel, openName, OpenService, onError);
  const manager = new FaceLink(kernel, managingName, ManagingService, onError);
  const owner = new FaceLink(kernel, ownerName, OwnerService, onError);
  const readers = new Readers(kernel, opening, onError);
  return {
    // What cannot be sent is refused here, and all of it is looked at again there.
    async ring(token, publication, idempotencyKey) {
      const { text, title, priority, tags, click } = checkPublication(publication);
      if (idempotencyKey !== undefined) hashOfIdempotencyKey(idempotencyKey);
      checkToken(token);
      const ring = { token, text, title, priority, tags, click, idempotencyKey };
      return await ringing.call((client) => client.Ring(ring));
    },
    open: (access) => readers.open(access),
    ...managing(manager),
    ...owning(owner),
    async [Symbol.asyncDispose]() {
      await readers.close();
      await Promise.all([ringing, opening, manager, owner].map((face) => face.close()));
    },
  };
}
