import type { InboxReader } from "../../../inbox/index.ts";
import type { EventStream } from "./event-stream.ts";
import type { Feed, Member } from "./feed.ts";
import { eventText, type Frame, framesOf } from "./format.ts";
import { pageAfter } from "./page-after.ts";

export interface InboxStreamOptions {
  readonly stream: EventStream;
  readonly reader: InboxReader;
  readonly feed: Feed;
  /** The number up to which it has read; nothing: it begins now. */
  readonly after: number | undefined;
  readonly backlogBytesMax: number;
  /** Hears how many items were sent. */
  readonly sent: (items: number) => void;
}

/**
 * One who reads an inbox. It is told what comes as long as it keeps up; else it gets from the store what it has not read yet,
 * at its own pace, and nothing more than `backlogBytesMax` and one frame waits for it here.
 */
export class InboxStream implements Member {
  readonly reader: InboxReader;
  readonly #options: InboxStreamOptions;
  /** All up to this number was sent. */
  #cursor = 0;
  #isLive = false;

  constructor(options: InboxStreamOptions) {
    this.#options = options;
    this.reader = options.reader;
  }

  /** Tells what there is and what comes, until the stream is over. Rejects when the items cannot be had. */
  async run(): Promise<void> {
    const { stream, feed, after } = this.#options;
    if (after === undefined) {
      const { newest } = await pageAfter(this.reader, undefined);
      this.#cursor = newest;
      stream.write(eventText("ready", JSON.stringify({ newest }), newest));
    } else this.#cursor = after;
    if (stream.isOver) return;
    feed.join(this);
    stream.whenOver(() => feed.leave(this));
    await this.#catchUp(after !== undefined);
  }

  take(frame: Frame): void {
    const { stream, backlogBytesMax } = this.#options;
    if (!this.#isLive || frame.last <= this.#cursor) return;
    if (frame.after === this.#cursor && stream.backlog < backlogBytesMax) {
      this.#write(frame);
      return;
    }
    this.#isLive = false;
    this.#catchUp(false).catch(() => this.#options.stream.end("failed", unavailable));
  }

  /** @param isNumberGiven the reader said how far it is: that is looked at, even if it is far enough */
  async #catchUp(isNumberGiven: boolean): Promise<void> {
    const { stream, feed } = this.#options;
    for (let isToBeRead = isNumberGiven; !stream.isOver; isToBeRead = false) {
      if (!isToBeRead && this.#cursor >= feed.sent) {
        this.#isLive = true;
        return;
      }
      await stream.drained();
      const page = await pageAfter(this.reader, this.#cursor);
      if (page.newest < this.#cursor) this.#begin(page.newest);
      else
        for (const frame of framesOf(page, this.#cursor, this.#options.backlogBytesMax)) {
          await stream.drained();
          this.#write(frame);
        }
    }
  }

  /** Its number is of another inbox, or of this one before it was lost: it has read nothing of this. */
  #begin(newest: number): void {
    this.#cursor = 0;
    this.#options.stream.write(eventText("reset", JSON.stringify({ newest }), 0));
  }

  #write({ bytes, last, items }: Frame): void {
    this.#cursor = last;
    if (items > 0) this.#options.sent(items);
    this.#options.stream.write(bytes);
  }
}

export const unavailable: string = eventText(
  "end",
  JSON.stringify({ code: "Unavailable", error: "the items cannot be had now: connect again" }),
);
