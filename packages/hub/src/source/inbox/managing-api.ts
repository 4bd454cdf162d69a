import {
  bool,
  f64,
  list,
  mutableLend,
  type MutableLendEntry,
  oneOf,
  option,
  record,
  type Service,
  service,
  unit,
} from "@doorbell-js/doorbell/kernel";

import { accessFields, type AccessIpc, credential } from "./access.ts";
import { type Answer, answerOf } from "./answer.ts";
import { type BellIpc, bellShape, label, limitsFields, type LimitsIpc } from "./bell-ipc.ts";
import { type InboxIpc, inboxName, inboxShape, type RetentionIpc, retentionShape } from "./inbox-ipc.ts";

/** So many inboxes or bells are told at a time; who wants more asks for those after the last. */
export const LISTED_MAX = 256;
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

export const managingEntries: ManagingEntries = {
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
