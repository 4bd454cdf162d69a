/** What threads ask of the inboxes, and how it is answered. Each service comes after what it is made of: that has to load first. */

import {
  bool,
  f64,
  type Face,
  face,
  fixed,
  list,
  mutableLend,
  type MutableLendEntry,
  oneOf,
  option,
  record,
  type ScalarEntry,
  type Service,
  service,
  type Shape,
  text,
  u32,
  u8,
  unit,
  variant,
} from "@doorbell-js/doorbell/kernel";

import { Key } from "../inbox/key.ts";
import {
  CLICK_BYTES_MAX,
  IDEMPOTENCY_KEY_MAX,
  INBOX_NAME_MAX,
  LABEL_BYTES_MAX,
  type RefusalCode,
  refusalCodes,
  RefusedError,
  SEARCH_BYTES_MAX,
  TAG_BYTES_MAX,
  TAGS_MAX,
  TEXT_BYTES_MAX,
  TITLE_BYTES_MAX,
} from "../inbox/rules.ts";
import {
  type Access,
  type Bell,
  type BellLimits,
  type BellState,
  type Inbox,
  PAGE_BYTES_MAX,
  type Retention,
  type Rung,
} from "../inbox/types.ts";
import { type SourceEntries, sourceEntries } from "../source/api.ts";

/** The longest credential, with room to spare. */
const CREDENTIAL_BYTES_MAX = 64;

const credential: Shape<string> = text(CREDENTIAL_BYTES_MAX);

/** What opens something, between threads. */
export interface AccessIpc {
  readonly credential: string;
  readonly inbox: number | undefined;
}

const accessFields: { readonly credential: Shape<string>; readonly inbox: Shape<number | undefined> } = {
  credential,
  inbox: option(f64),
};

const accessShape: Shape<AccessIpc> = record(accessFields);

/** One and the same for all that opens nothing. */
export function denied(): RefusedError {
  return new RefusedError({
    code: "AccessDenied",
    message: "that key does not open this: check it, or ask for a new one",
  });
}

/** @throws RefusedError `AccessDenied` for what can be no key: it need not be sent to find out */
export function checkCredential(given: unknown): asserts given is string {
  if (Key.parse(given) === undefined) throw denied();
}

/** @throws RefusedError as {@link checkCredential} */
export function toAccessIpc({ credential: given, inbox }: Access): AccessIpc {
  checkCredential(given);
  if (inbox !== undefined && typeof inbox !== "number")
    throw new RefusedError({ code: "InvalidArgument", message: "an inbox is said by its number" });
  return { credential: given, inbox };
}

/** @throws RefusedError `UnknownBell` for what can be no bell's token */
export function checkToken(token: unknown): asserts token is string {
  if (Key.parse(token)?.kind !== "bell") throw unknownBell();
}

/** One and the same for an address that never was a bell's, and for one that is a bell's no more. */
export function unknownBell(): RefusedError {
  return new RefusedError({ code: "UnknownBell", message: "no bell has that address: ask for a new one" });
}

/** What was done, or why it was refused. */
export type Answer<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly value: RefusalIpc };

/** A refusal between threads. */
interface RefusalIpc {
  readonly code: RefusalCode;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

const MESSAGE_BYTES_MAX = 1_024;

const refusal: Shape<RefusalIpc> = record({
  code: oneOf(...refusalCodes),
  message: text(MESSAGE_BYTES_MAX),
  retryAfterMs: option(f64),
});

function answerOf<T>(value: Shape<T>): Shape<Answer<T>> {
  return variant({ done: value, refused: refusal }) as unknown as Shape<Answer<T>>;
}

/** Does it, and gives what came of it. What is no refusal goes to `onError`, and the caller hears that it failed. */
export async function answering<T>(work: () => T | Promise<T>, onError: (cause: unknown) => void): Promise<Answer<T>> {
  try {
    return { kind: "done", value: await work() };
  } catch (cause) {
    if (!(cause instanceof RefusedError)) onError(cause);
    const { code, message, retryAfterMs } =
      cause instanceof RefusedError
        ? cause
        : new RefusedError({ code: "StoreFailed", message: "it failed in the hub" });
    // A quarter of the bytes that a text may have: whatever its characters are, it fits.
    return { kind: "refused", value: { code, message: message.slice(0, MESSAGE_BYTES_MAX / 4), retryAfterMs } };
  }
}

/** What was done; throws what was refused. */
export function done<T>(answer: Answer<T>): T {
  if (answer.kind === "done") return answer.value;
  const { code, message, retryAfterMs } = answer.value;
  throw new RefusedError({ code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

/** A ring of a bell that somebody outside holds. */
export interface RingIpc {
  readonly token: string;
  readonly text: string;
  readonly title: string | undefined;
  readonly priority: number | undefined;
  readonly tags: readonly string[];
  readonly click: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** What whoever passes rings on can ask. */
type RingEntries = { readonly Ring: MutableLendEntry<RingIpc, Answer<Rung>> };

const ringEntries: RingEntries = {
  Ring: mutableLend(32, {
    value: record({
      token: credential,
      text: text(TEXT_BYTES_MAX),
      title: option(text(TITLE_BYTES_MAX)),
      priority: option(u8),
      tags: list(text(TAG_BYTES_MAX), TAGS_MAX),
      click: option(text(CLICK_BYTES_MAX)),
      idempotencyKey: option(text(IDEMPOTENCY_KEY_MAX)),
    }),
    answer: answerOf(record({ id: text(64), at: f64, isRepeat: bool })),
    doc: "Stores an item. It is on disk when this is answered.",
  }),
};

/** What stands at {@link ringName}. */
export const RingService: Service<RingEntries> = service(ringEntries);
export const ringName = "inbox.ring";

/** A retention between threads, of which some may be left out. What is kept for ever is of an infinite age. */
export interface RetentionIpc {
  readonly itemsMax: number | undefined;
  readonly ageMaxMs: number | undefined;
  readonly bytesMax: number | undefined;
  readonly whenFull: Retention["whenFull"] | undefined;
}

const retentionShape: Shape<RetentionIpc> = record({
  itemsMax: option(f64),
  ageMaxMs: option(f64),
  bytesMax: option(f64),
  whenFull: option(oneOf("dropOldest", "refuse")),
});

/** An inbox between threads. */
interface InboxIpc extends Omit<Inbox, "retention"> {
  readonly retention: RetentionIpc;
}

const inboxName: Shape<string> = text(INBOX_NAME_MAX);

const inboxShape: Shape<InboxIpc> = record({
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

/** null where there is no end. */
function finite(value: number): number | null {
  return value === Infinity ? null : value;
}

/** An inbox that was opened: whoever has the id can read it, until its key is renewed. */
export interface OpenedIpc {
  /** The four words of the id of its own server. */
  readonly sid: readonly number[];
  readonly id: number;
  readonly name: string;
}

/** A credential that opens an inbox, and the number of the inbox that it opened before: the answer says so if that was deleted. */
export interface OpenIpc extends AccessIpc {
  readonly before: number | undefined;
}

/** What whoever has a key, or the owner's, can ask. */
export type OpenEntries = { readonly Open: MutableLendEntry<OpenIpc, Answer<OpenedIpc>> };

const openEntries: OpenEntries = {
  Open: mutableLend(33, {
    value: record({ ...accessFields, before: option(f64) }),
    answer: answerOf(record({ sid: fixed(u32, 4), id: f64, name: inboxName })),
    doc: "The id of a server that reads an inbox, and does nothing else.",
  }),
};

/** What stands at {@link openName}. */
export const OpenService: Service<OpenEntries> = service(openEntries);
export const openName = "inbox.open";

/** Which items are wanted: see `PageQuery`. */
export interface PageQueryIpc {
  readonly after: number | undefined;
  readonly before: number | undefined;
  readonly limit: number | undefined;
  readonly search: string | undefined;
}

/** An opened inbox: a source like any other, whose items can be leafed through. */
export type ReadingEntries = SourceEntries & { readonly Page: MutableLendEntry<PageQueryIpc, Answer<string>> };

const { Subscribe, Unsubscribe, Fetch } = sourceEntries;

/** The private server of an opened inbox. It has no name. */
export const ReadingService: Service<ReadingEntries> = service({
  Subscribe,
  Unsubscribe,
  Fetch,
  Page: mutableLend(34, {
    value: record({
      after: option(f64),
      before: option(f64),
      limit: option(f64),
      search: option(text(SEARCH_BYTES_MAX)),
    }),
    answer: answerOf(text(PAGE_BYTES_MAX)),
    doc: "A page of its items, as JSON.",
  }),
});

/** A bell between threads. What has no limit, or no end, is infinite. */
interface BellIpc {
  readonly id: number;
  readonly label: string;
  readonly state: BellState;
  readonly createdAt: number;
  readonly perMinute: number;
  readonly bytesMax: number;
  readonly ringsMax: number;
  readonly expiresAt: number;
  readonly rings: number;
  readonly refused: number;
  readonly lastRangAt: number | undefined;
}

const label: Shape<string> = text(LABEL_BYTES_MAX);

const bellShape: Shape<BellIpc> = record({
  id: f64,
  label,
  state: oneOf("active", "paused", "revoked", "expired", "usedUp"),
  createdAt: f64,
  perMinute: f64,
  bytesMax: f64,
  ringsMax: f64,
  expiresAt: f64,
  rings: f64,
  refused: f64,
  lastRangAt: option(f64),
});

/** Limits of which some are left as they are. */
interface LimitsIpc {
  readonly perMinute: number | undefined;
  readonly bytesMax: number | undefined;
  readonly ringsMax: number | undefined;
  readonly expiresAt: number | undefined;
}

const limitsFields: { readonly [N in keyof LimitsIpc]: Shape<number | undefined> } = {
  perMinute: option(f64),
  bytesMax: option(f64),
  ringsMax: option(f64),
  expiresAt: option(f64),
};

export function toBellIpc({ ringsMax, expiresAt, lastRangAt, ...rest }: Bell): BellIpc {
  return {
    ...rest,
    ringsMax: ringsMax ?? Infinity,
    expiresAt: expiresAt ?? Infinity,
    lastRangAt: lastRangAt ?? undefined,
  };
}

export function fromBellIpc({ ringsMax, expiresAt, lastRangAt, ...rest }: BellIpc): Bell {
  return { ...rest, ringsMax: finite(ringsMax), expiresAt: finite(expiresAt), lastRangAt: lastRangAt ?? null };
}

export function toLimitsIpc({ perMinute, bytesMax, ringsMax, expiresAt }: Partial<BellLimits>): LimitsIpc {
  return {
    perMinute,
    bytesMax,
    ringsMax: ringsMax === null ? Infinity : ringsMax,
    expiresAt: expiresAt === null ? Infinity : expiresAt,
  };
}

export function fromLimitsIpc({ perMinute, bytesMax, ringsMax, expiresAt }: LimitsIpc): Partial<BellLimits> {
  return {
    ...(perMinute !== undefined && { perMinute }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(ringsMax !== undefined && { ringsMax: finite(ringsMax) }),
    ...(expiresAt !== undefined && { expiresAt: finite(expiresAt) }),
  };
}

/** So many inboxes or bells are told at a time; who wants more asks for those after the last. */
export const LISTED_MAX = 64;
/** The hours of a week. */
export const HOURS_MAX = 168;

type AtBell = AccessIpc & { readonly bell: number };
type NewBellIpc = { readonly bell: BellIpc; readonly token: string };
type HourIpc = { readonly hour: number; readonly rings: number };

/** What whoever manages an inbox can ask. */
export type ManagingEntries = {
  readonly ListInboxes: MutableLendEntry<
    { readonly credential: string; readonly after: number },
    Answer<readonly InboxIpc[]>
  >;
  readonly ChangeInbox: MutableLendEntry<
    AccessIpc & { readonly name: string | undefined; readonly retention: RetentionIpc | undefined },
    Answer<InboxIpc>
  >;
  readonly RenewKey: MutableLendEntry<AccessIpc & { readonly which: "read" | "manage" }, Answer<string>>;
  readonly ListBells: MutableLendEntry<AccessIpc & { readonly after: number }, Answer<readonly BellIpc[]>>;
  readonly CreateBell: MutableLendEntry<AccessIpc & LimitsIpc & { readonly label: string }, Answer<NewBellIpc>>;
  readonly Bell: MutableLendEntry<AtBell, Answer<{ readonly bell: BellIpc; readonly hours: readonly HourIpc[] }>>;
  readonly ChangeBell: MutableLendEntry<
    AtBell & LimitsIpc & { readonly label: string | undefined; readonly paused: boolean | undefined },
    Answer<BellIpc>
  >;
  readonly RevokeBell: MutableLendEntry<AtBell, Answer<undefined>>;
};

const atBell = { ...accessFields, bell: f64 };

const managingEntries: ManagingEntries = {
  ListInboxes: mutableLend(40, {
    value: record({ credential, after: f64 }),
    answer: answerOf(list(inboxShape, LISTED_MAX)),
    doc: "Those that the credential opens, after that number.",
  }),
  ChangeInbox: mutableLend(41, {
    value: record({ ...accessFields, name: option(inboxName), retention: option(retentionShape) }),
    answer: answerOf(inboxShape),
    doc: "Another name, or what it keeps.",
  }),
  RenewKey: mutableLend(42, {
    value: record({ ...accessFields, which: oneOf("read", "manage") }),
    answer: answerOf(credential),
    doc: "A new key, and the end of the old one.",
  }),
  ListBells: mutableLend(43, {
    value: record({ ...accessFields, after: f64 }),
    answer: answerOf(list(bellShape, LISTED_MAX)),
    doc: "The bells of an inbox, after that number.",
  }),
  CreateBell: mutableLend(44, {
    value: record({ ...accessFields, label, ...limitsFields }),
    answer: answerOf(record({ bell: bellShape, token: credential })),
    doc: "A new bell, and its token, which is told only now.",
  }),
  Bell: mutableLend(45, {
    value: record(atBell),
    answer: answerOf(record({ bell: bellShape, hours: list(record({ hour: f64, rings: f64 }), HOURS_MAX) })),
    doc: "A bell, and how often it was rung in each hour of the last week.",
  }),
  ChangeBell: mutableLend(46, {
    value: record({ ...atBell, label: option(label), paused: option(bool), ...limitsFields }),
    answer: answerOf(bellShape),
    doc: "Another label, other limits, or a pause.",
  }),
  RevokeBell: mutableLend(47, {
    value: record(atBell),
    answer: answerOf(unit),
    doc: "Nobody can ring it any more.",
  }),
};

/** What stands at {@link managingName}. */
export const ManagingService: Service<ManagingEntries> = service(managingEntries);
export const managingName = "inbox.manage";

type Credential = { readonly credential: string };

/** What only the owner can ask, and sessions of the page. */
export type OwnerEntries = {
  readonly CreateInbox: MutableLendEntry<
    Credential & { readonly name: string; readonly retention: RetentionIpc | undefined },
    Answer<{ readonly inbox: InboxIpc; readonly readingKey: string; readonly managingKey: string }>
  >;
  readonly DeleteInbox: MutableLendEntry<AccessIpc, Answer<undefined>>;
  readonly OpenSession: MutableLendEntry<Credential & { readonly lifeMs: number }, Answer<string>>;
  readonly IsSession: MutableLendEntry<Credential, Answer<boolean>>;
  readonly Condition: MutableLendEntry<object, Answer<{ readonly trouble: string | undefined }>>;
  readonly CloseSession: MutableLendEntry<Credential, Answer<undefined>>;
};

const ownerEntries: OwnerEntries = {
  CreateInbox: mutableLend(56, {
    value: record({ credential, name: inboxName, retention: option(retentionShape) }),
    answer: answerOf(record({ inbox: inboxShape, readingKey: credential, managingKey: credential })),
    doc: "A new inbox, and its two keys, which are told only now.",
  }),
  DeleteInbox: mutableLend(57, {
    value: accessShape,
    answer: answerOf(unit),
    doc: "An inbox ends, with its bells and its items.",
  }),
  OpenSession: mutableLend(58, {
    value: record({ credential, lifeMs: f64 }),
    answer: answerOf(credential),
    doc: "A token that opens what the owner's key opens, for so long.",
  }),
  IsSession: mutableLend(59, {
    value: record({ credential }),
    answer: answerOf(bool),
    doc: "Whether that is the token of a session that has not ended.",
  }),
  Condition: mutableLend(61, {
    value: record({}),
    answer: answerOf(record({ trouble: option(text(MESSAGE_BYTES_MAX)) })),
    doc: "Why nothing can be stored for now, if that is so. Nobody's key is needed.",
  }),
  CloseSession: mutableLend(60, { value: record({ credential }), answer: answerOf(unit), doc: "Ends a session." }),
};

/** What stands at {@link ownerName}. */
export const OwnerService: Service<OwnerEntries> = service(ownerEntries);
export const ownerName = "inbox.owner";

/** All that the inboxes' private server can be asked. */
export type InboxEntries = RingEntries &
  OpenEntries &
  ManagingEntries &
  OwnerEntries & {
    /** The same as any source's. */
    readonly Quit: ScalarEntry;
  };

/** The private server of all inboxes: every operation, and never registered. */
export const InboxService: Service<InboxEntries> = service({
  ...ringEntries,
  ...openEntries,
  ...managingEntries,
  ...ownerEntries,
  Quit: sourceEntries.Quit,
});

const ringing = { Ring: "Ring" } as const;
export const ringFace: Face<RingEntries, InboxEntries, typeof ringing> = face(RingService, InboxService, ringing);

const opening = { Open: "Open" } as const;
export const openFace: Face<OpenEntries, InboxEntries, typeof opening> = face(OpenService, InboxService, opening);

const managing = {
  ListInboxes: "ListInboxes",
  ChangeInbox: "ChangeInbox",
  RenewKey: "RenewKey",
  ListBells: "ListBells",
  CreateBell: "CreateBell",
  Bell: "Bell",
  ChangeBell: "ChangeBell",
  RevokeBell: "RevokeBell",
} as const;
export const managingFace: Face<ManagingEntries, InboxEntries, typeof managing> = face(
  ManagingService,
  InboxService,
  managing,
);

const owning = {
  CreateInbox: "CreateInbox",
  DeleteInbox: "DeleteInbox",
  OpenSession: "OpenSession",
  IsSession: "IsSession",
  Condition: "Condition",
  CloseSession: "CloseSession",
} as const;
export const ownerFace: Face<OwnerEntries, InboxEntries, typeof owning> = face(OwnerService, InboxService, owning);
