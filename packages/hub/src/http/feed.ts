import type { KeyEnd, Source } from "@doorbell-js/doorbell/line";

import { Ends } from "../ends.ts";
import type { InboxReader, Page } from "../inbox/types.ts";
import { type Clock, pause } from "../time.ts";
import type { HttpLimits } from "./errors.ts";
import { type EventPage, type EventStream, eventText, type Frame, framesOf, tooMany } from "./sse.ts";

interface FeedsOptions {
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly failed: (cause: unknown) => void;
  readonly sent: (items: number) => void;
}

/** A feed for each inbox that somebody reads. */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly #ends = new Ends<KeyEnd | undefined>();
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
    const waiting = this.#ends.wait(reader.ended, (why) =>
      stream.end("accessEnded", why === "deleted" ? inboxDeleted : accessEnded),
    );
    stream.whenOver(() => waiting[Symbol.dispose]());
    const options = { stream, reader, feed, after, backlogBytesMax: limits.backlogBytesMax, sent };
    new InboxStream(options).run().catch((cause: unknown) => {
      if (stream.isOver) return;
      failed(cause);
      stream.end("failed", unavailable);
    });
  }
}

const inboxDeleted = eventText("end", JSON.stringify({ code: "NotFound", error: "the inbox was deleted" }));
const accessEnded = eventText(
  "end",
  JSON.stringify({ code: "AccessDenied", error: "the key does not open this inbox any more" }),
);

interface FeedOptions {
  readonly clock: Clock;
  /** The most bytes of a frame of several events. */
  readonly frameBytesMax: number;
  readonly failed: (cause: unknown) => void;
}

/** As many readers are handed a frame in one go. */
const TOLD_AT_ONCE = 128;

/** How long to wait when the items cannot be had. */
const RETRY_MS = 1_000;

/** What comes into one inbox: fetched once, and encoded once, for all who read it. */
class Feed {
  readonly #options: FeedOptions;
  readonly #members = new Set<Member>();
  readonly #over = new AbortController();
  /** By whose right items are fetched: that of the one who is there longest. */
  #lead: { readonly member: Member; readonly subscription: Disposable } | undefined;
  /** The number of the newest item that was heard of. */
  #heard = 0;
  #sent = 0;
  #isPumping = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /**
   * The loop: while somebody reads and not all that was heard of was told, it fetches what follows, by the right of the one who is
   * there longest, and hands each frame of it to all members. A failure is told, and what failed is tried again after a second.
   * `#hear` starts the loop; a second one does not run beside it.
   */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#lead !== undefined && this.#sent < this.#heard)
      try {
        const { reader } = this.#lead.member;
        const after = this.#sent;
        const page = await pageAfter(reader, after, this.#heard - after);
        const frames = framesOf(page, after, this.#options.frameBytesMax);
        // The inbox began anew, and is not as far as was heard.
        if (frames.length === 0) this.#heard = this.#sent;
        for (const frame of frames) {
          this.#sent = frame.last;
          await this.#tell(frame);
        }
      } catch (cause) {
        // Whose right ended is about to leave; else it is tried again.
        if (this.#lead !== undefined) this.#options.failed(cause);
        await pause(this.#options.clock, RETRY_MS, this.#over.signal);
      }
    this.#isPumping = false;
  }

  /** Hands a frame to all members, some at a time: a write to each is a system call, and others want the thread, too. */
  async #tell(frame: Frame): Promise<void> {
    let told = 0;
    for (const member of this.#members) {
      member.take(frame);
      told += 1;
      if (told % TOLD_AT_ONCE === 0) await new Promise(setImmediate);
    }
  }

  /** All up to this number were told to those who were there; further ones are to come. */
  get sent(): number {
    return this.#sent;
  }

  join(member: Member): void {
    const isFirst = this.#members.size === 0;
    this.#members.add(member);
    if (this.#lead === undefined) this.#follow(member, isFirst);
  }

  leave(member: Member): void {
    this.#members.delete(member);
    if (this.#lead?.member !== member) return;
    this.#lead.subscription[Symbol.dispose]();
    this.#lead = undefined;
    const [next] = this.#members;
    if (next === undefined) this.#over.abort();
    else this.#follow(next, false);
  }

  #follow(member: Member, isFirst: boolean): void {
    const subscription = member.reader.subscribe((newest) => this.#hear(newest));
    this.#lead = { member, subscription };
    if (isFirst) this.#sent = subscription.newest;
    this.#hear(subscription.newest);
  }

  #hear(newest: number): void {
    if (newest <= this.#heard) return;
    this.#heard = newest;
    void this.#pump();
  }
}

/** Who is told of what comes into an inbox. */
interface Member {
  readonly reader: InboxReader;
  take(frame: Frame): void;
}

interface InboxStreamOptions {
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
class InboxStream implements Member {
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
    const newest = await this.reader.latest();
    if (after === undefined) stream.write(eventText("ready", JSON.stringify({ newest }), newest));
    if (after !== undefined && after > newest) this.#begin(newest);
    else this.#cursor = after ?? newest;
    if (stream.isOver) return;
    feed.join(this);
    stream.whenOver(() => feed.leave(this));
    await this.#catchUp();
  }

  /**
   * The loop of a reader that has not read all: for each page after its number it waits until what was written is on its way,
   * and writes the page frame by frame. The loop ends with the stream, or when the reader has all that the feed has told: from
   * then on `take` writes each frame as it comes.
   */
  async #catchUp(): Promise<void> {
    const { stream, feed } = this.#options;
    while (!stream.isOver) {
      if (this.#cursor >= feed.sent) {
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

  take(frame: Frame): void {
    const { stream, backlogBytesMax } = this.#options;
    if (!this.#isLive || frame.last <= this.#cursor) return;
    if (frame.after === this.#cursor && stream.backlog < backlogBytesMax) {
      this.#write(frame);
      return;
    }
    this.#isLive = false;
    this.#catchUp().catch(() => this.#options.stream.end("failed", unavailable));
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

/** As many items as are fetched at once. */
const ITEMS_MAX = 100;

/**
 * Gives the items that follow a number. Where no more than one is due it is fetched by itself, as the line that it is sent as: a page takes
 * room for many.
 */
async function pageAfter(reader: InboxReader, after: number, due: number = ITEMS_MAX): Promise<EventPage> {
  if (due === 1) {
    const { text, sequence } = await reader.fetch(after);
    if (text !== "") return { items: [{ sequence, json: text }], newest: sequence };
  }
  const { items, newest } = JSON.parse(await reader.page({ after, limit: ITEMS_MAX })) as Page;
  return { items: items.map((item) => ({ sequence: item.sequence, json: JSON.stringify(item) })), newest };
}

const unavailable: string = eventText(
  "end",
  JSON.stringify({ code: "Unavailable", error: "the items cannot be had now: connect again" }),
);

/**
 * Tells a reader the lines of a source, those that are new to who comes first, until the stream is over. One that is too slow
 * is told what there is when it has read. Rejects when the source cannot be had.
 *
 * @param after the number of the line that it has; nothing, or one that the source is not at yet: it has none
 */
export async function streamSource(source: Source, stream: EventStream, after: number | undefined): Promise<void> {
  let wake = (): void => {};
  let newest = 0;
  using subscription = source.subscribe((number) => {
    newest = number;
    wake();
  });
  newest = subscription.newest;
  stream.whenOver(() => wake());
  let cursor = after !== undefined && after <= newest ? after : Math.max(0, newest - (source.unread ?? 1));
  while (!stream.isOver) {
    if (newest <= cursor) {
      await new Promise<void>((resolve) => (wake = resolve));
      continue;
    }
    const { text, sequence } = await source.fetch(cursor);
    // What rang may be gone by now.
    cursor = text === "" ? newest : Math.max(cursor + 1, sequence);
    if (text !== "") stream.write(eventText("line", JSON.stringify({ sequence, text }), sequence));
    await stream.drained();
  }
}
