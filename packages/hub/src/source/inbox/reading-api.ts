import {
  f64,
  fixed,
  mutableLend,
  type MutableLendEntry,
  option,
  record,
  type Service,
  service,
  text,
  u32,
} from "@doorbell-js/doorbell/kernel";

import { PAGE_BYTES_MAX, SEARCH_BYTES_MAX } from "../../inbox/index.ts";
import { type SourceEntries, sourceEntries } from "../api.ts";
import { type AccessIpc, accessShape } from "./access.ts";
import { type Answer, answerOf } from "./answer.ts";
import { inboxName } from "./inbox-ipc.ts";

/** An inbox that was opened: whoever has the id can read it, until its key is renewed. */
export interface OpenedIpc {
  /** The four words of the id of its own server. */
  readonly sid: readonly number[];
  readonly id: number;
  readonly name: string;
}

/** What whoever has a key, or the owner's, can ask. */
export type OpenEntries = { readonly Open: MutableLendEntry<AccessIpc, Answer<OpenedIpc>> };

export const openEntries: OpenEntries = {
  Open: mutableLend(33, {
    value: accessShape,
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
