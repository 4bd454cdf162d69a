import type { InboxReader } from "../../../inbox/index.ts";
import type { Clock } from "../../../time/index.ts";
import { Ends } from "../../ends.ts";
import type { HttpLimits } from "../limits.ts";
import type { EventStream } from "./event-stream.ts";
import { Feed } from "./feed.ts";
import { eventText } from "./format.ts";
import { InboxStream, unavailable } from "./inbox-stream.ts";
import { tooMany } from "./streams.ts";

export interface FeedsOptions {
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly failed: (cause: unknown) => void;
  readonly sent: (items: number) => void;
}

/** A feed for each inbox that somebody reads. */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly #ends = new Ends();
  readonly #feeds = new Map<number, { readonly feed: Feed; readers: number }>();

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  /** @throws HttpError 503 when an inbox has as many readers as it may */
  checkRoom(inbox: number): void {
    if ((this.#feeds.get(inbox)?.readers ?? 0) >= this.#options.limits.readersPerInboxMax) throw tooMany("the inbox");
  }

  /** Tells the stream what comes into the inbox, and lets go of the reader when it is over. */
  serve(stream: EventStream, reader: InboxReader, after: number | undefined): void {
    const { limits, clock, failed, sent } = this.#options;
    let entry = this.#feeds.get(reader.id);
    if (entry === undefined) {
      entry = { feed: new Feed({ clock, failed, frameBytesMax: limits.backlogBytesMax }), readers: 0 };
      this.#feeds.set(reader.id, entry);
    }
    const { feed } = entry;
    entry.readers += 1;
    stream.whenOver(() => {
      entry.readers -= 1;
      if (entry.readers === 0) this.#feeds.delete(reader.id);
      reader[Symbol.dispose]();
    });
    const waiting = this.#ends.wait(reader.ended, () => stream.end("accessEnded", accessEnded));
    stream.whenOver(() => waiting[Symbol.dispose]());
    const options = { stream, reader, feed, after, backlogBytesMax: limits.backlogBytesMax, sent };
    new InboxStream(options).run().catch((cause: unknown) => {
      if (stream.isOver) return;
      failed(cause);
      stream.end("failed", unavailable);
    });
  }
}

const accessEnded = eventText(
  "end",
  JSON.stringify({ code: "AccessDenied", error: "the key does not open this inbox any more" }),
);
