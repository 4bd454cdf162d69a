import {
  blockingScalar,
  type BlockingScalarEntry,
  type Face,
  face,
  f64,
  mutableLend,
  type MutableLendEntry,
  record,
  scalar,
  type ScalarEntry,
  type Service,
  service,
  type Shape,
  text,
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

const open: SourceEntries = {
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
  ...open,
  Snapshot: blockingScalar(3, {
    answer: 5,
    doc: "The newest number; subscribers in all, late and removed; events dropped.",
  }),
  Quit: scalar(4, "Ends the source: its server, its faces and its timers."),
};

/** A source's private server: every operation, and never registered. */
export const SourceService: Service<OwnedSourceEntries> = service(sourceEntries);

/** What stands at a source's name. */
export const PublicSource: Service<SourceEntries> = service(open);

const table = { Subscribe: "Subscribe", Unsubscribe: "Unsubscribe", Fetch: "Fetch" } as const;

/** What a source shows of itself to all. */
export const sourceFace: Face<SourceEntries, OwnedSourceEntries, typeof table> = face(
  PublicSource,
  SourceService,
  table,
);

/** The name at which a source's face is registered. */
export function sourceName(source: string): string {
  return `source.${source}`;
}
