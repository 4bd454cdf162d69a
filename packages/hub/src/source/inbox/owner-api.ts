import {
  bool,
  f64,
  mutableLend,
  type MutableLendEntry,
  option,
  record,
  type Service,
  service,
  unit,
} from "@doorbell-js/doorbell/kernel";

import { type AccessIpc, accessShape, credential } from "./access.ts";
import { type Answer, answerOf } from "./answer.ts";
import { type InboxIpc, inboxName, inboxShape, type RetentionIpc, retentionShape } from "./inbox-ipc.ts";

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
  readonly CloseSession: MutableLendEntry<Credential, Answer<undefined>>;
};

export const ownerEntries: OwnerEntries = {
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
  CloseSession: mutableLend(60, { value: record({ credential }), answer: answerOf(unit), doc: "Ends a session." }),
};

/** What stands at {@link ownerName}. */
export const OwnerService: Service<OwnerEntries> = service(ownerEntries);
export const ownerName = "inbox.owner";
