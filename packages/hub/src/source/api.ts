/** What the hub's sources and its board can be asked, by their owner and by all: opcodes, services and faces. */

import {
  blockingScalar,
  type BlockingScalarEntry,
  f64,
  type Face,
  face,
  mutableLend,
  type MutableLendEntry,
  record,
  scalar,
  type ScalarEntry,
  type Service,
  service,
  type Shape,
  text,
  variant,
} from "@doorbell-js/doorbell/kernel";
import { subscription, type SubscriptionApi } from "@doorbell-js/doorbell/push";

/** What a source rings with: how far its items are. */
export interface News {
  /** Which count the numbers are of: a source that lost its items begins another, and says so by another era. */
  readonly era: number;
  /** The number of the newest item; 0 when there is none. */
  readonly newest: number;
}

const News: Shape<News> = record({ era: f64, newest: f64 });

/** How any source is subscribed to. */
export const news: SubscriptionApi<News> = subscription(News, { subscribe: 0, unsubscribe: 1 });

/** Up to which number a reader has read. */
export interface Wish {
  readonly after: number;
}

/** An item and its number; an empty text and the number asked after when there is none. */
export interface Item {
  readonly text: string;
  readonly sequence: number;
}

/** What anybody may ask of a source. */
export type SourceEntries = {
  readonly Subscribe: SubscriptionApi<News>["subscribe"];
  readonly Unsubscribe: SubscriptionApi<News>["unsubscribe"];
  readonly Fetch: MutableLendEntry<Wish, Item>;
};

/** What only the owner of a source may ask of it, too. */
export type OwnedSourceEntries = SourceEntries & {
  readonly Snapshot: BlockingScalarEntry<5>;
  readonly Quit: ScalarEntry;
};

const publicEntries: SourceEntries = {
  Subscribe: news.subscribe,
  Unsubscribe: news.unsubscribe,
  Fetch: mutableLend(2, {
    value: record({ after: f64 }),
    answer: record({ text: text(16_384), sequence: f64 }),
    doc: "The item for a reader who has read up to that number.",
  }),
};

/** Every opcode of a source's private server, to be spread into services that have more. */
export const sourceEntries: OwnedSourceEntries = {
  ...publicEntries,
  Snapshot: blockingScalar(3, {
    answer: 5,
    doc: "The newest number; subscribers in all, late and removed; events dropped.",
  }),
  Quit: scalar(4, "Ends the source: its server, its faces and its timers."),
};

/** A source's private server: every operation, and never registered. */
export const SourceService: Service<OwnedSourceEntries> = service(sourceEntries);

/** What stands at a source's name. */
export const PublicSource: Service<SourceEntries> = service(publicEntries);

const reading = { Subscribe: "Subscribe", Unsubscribe: "Unsubscribe", Fetch: "Fetch" } as const;

/** What a source shows of itself to all. */
export const sourceFace: Face<SourceEntries, OwnedSourceEntries, typeof reading> = face(
  PublicSource,
  SourceService,
  reading,
);

/** The name at which a source's face is registered. */
export function sourceName(source: string): string {
  return `source.${source}`;
}

/** What became of an ad: its number once it is stored, or why it was not. */
export type Posted =
  | { readonly kind: "stored"; readonly value: number }
  | { readonly kind: "refused"; readonly value: string };

const Posted: Shape<Posted> = variant({ stored: f64, refused: text(1_024) });

/** What whoever may post can ask. */
type PostEntries = { readonly Post: MutableLendEntry<{ readonly text: string }, Posted> };

const postEntries: PostEntries = {
  Post: mutableLend(5, { value: record({ text: text(1_024) }), answer: Posted, doc: "Puts an ad on the board." }),
};

/** The private server of the board: a source that can be posted to. */
export const BoardService: Service<OwnedSourceEntries & PostEntries> = service({ ...sourceEntries, ...postEntries });

/** What stands at {@link boardName}: who may read cannot post, and who may post cannot read. */
export const PublicBoard: Service<PostEntries> = service(postEntries);
export const boardName = "board";

const posting = { Post: "Post" } as const;
export const boardFace: Face<PostEntries, OwnedSourceEntries & PostEntries, typeof posting> = face(
  PublicBoard,
  BoardService,
  posting,
);

/** The same as any source shows. */
export const boardSourceFace: Face<SourceEntries, OwnedSourceEntries & PostEntries, typeof reading> = face(
  PublicSource,
  BoardService,
  reading,
);
