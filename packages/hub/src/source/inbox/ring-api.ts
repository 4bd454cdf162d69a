import {
  bool,
  f64,
  list,
  mutableLend,
  type MutableLendEntry,
  option,
  record,
  type Service,
  service,
  text,
  u8,
} from "@doorbell-js/doorbell/kernel";

import {
  CLICK_BYTES_MAX,
  IDEMPOTENCY_KEY_MAX,
  type Rung,
  TAG_BYTES_MAX,
  TAGS_MAX,
  TEXT_BYTES_MAX,
  TITLE_BYTES_MAX,
} from "../../inbox/index.ts";
import { credential } from "./access.ts";
import { type Answer, answerOf } from "./answer.ts";

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
export type RingEntries = { readonly Ring: MutableLendEntry<RingIpc, Answer<Rung>> };

export const ringEntries: RingEntries = {
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
