import { f64, oneOf, option, record, type Shape, text } from "@doorbell-js/doorbell/kernel";

import { type Inbox, INBOX_NAME_MAX, type Retention } from "../../inbox/index.ts";
import { finite } from "./bell-ipc.ts";

/** A retention between threads, of which some may be left out. What is kept for ever is of an infinite age. */
export interface RetentionIpc {
  readonly itemsMax: number | undefined;
  readonly ageMaxMs: number | undefined;
  readonly bytesMax: number | undefined;
  readonly whenFull: Retention["whenFull"] | undefined;
}

export const retentionShape: Shape<RetentionIpc> = record({
  itemsMax: option(f64),
  ageMaxMs: option(f64),
  bytesMax: option(f64),
  whenFull: option(oneOf("dropOldest", "refuse")),
});

/** An inbox between threads. */
export interface InboxIpc extends Omit<Inbox, "retention"> {
  readonly retention: RetentionIpc;
}

export const inboxName: Shape<string> = text(INBOX_NAME_MAX);

export const inboxShape: Shape<InboxIpc> = record({
  id: f64,
  name: inboxName,
  createdAt: f64,
  retention: retentionShape,
  newest: f64,
  oldest: f64,
  bytes: f64,
  bells: f64,
});

export function toRetentionIpc({ itemsMax, ageMaxMs, bytesMax, whenFull }: Partial<Retention>): RetentionIpc {
  return { itemsMax, ageMaxMs: ageMaxMs === null ? Infinity : ageMaxMs, bytesMax, whenFull };
}

export function fromRetentionIpc({ itemsMax, ageMaxMs, bytesMax, whenFull }: RetentionIpc): Partial<Retention> {
  return {
    ...(itemsMax !== undefined && { itemsMax }),
    ...(ageMaxMs !== undefined && { ageMaxMs: finite(ageMaxMs) }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(whenFull !== undefined && { whenFull }),
  };
}

export function toInboxIpc(inbox: Inbox): InboxIpc {
  return { ...inbox, retention: toRetentionIpc(inbox.retention) };
}

export function fromInboxIpc(inbox: InboxIpc): Inbox {
  return { ...inbox, retention: fromRetentionIpc(inbox.retention) as Retention };
}
