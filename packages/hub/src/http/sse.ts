/** Server-sent events: all streams of them, one stream, and how events are written. */

import type { ServerResponse } from "node:http";

import type { Clock } from "../time.ts";
import { HttpError, type HttpLimits } from "./errors.ts";

/** All streams of events: how many there may be, signs of life, and an end for who does not read. */
export class EventStreams {
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  readonly #ended: (why: StreamEnd) => void;
  readonly #streams = new Set<EventStream>();
  #timer: { cancel(): void } | undefined;

  /** @param ended hears why each of them ended */
  constructor(limits: HttpLimits, clock: Clock, ended: (why: StreamEnd) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ended = ended;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Bytes that wait for the reader that is furthest behind. */
  get backlog(): number {
    return Math.max(0, ...[...this.#streams].map(({ backlog }) => backlog));
  }

  /** @throws HttpError 503 when there are as many as may be */
  checkRoom(): void {
    if (this.#streams.size >= this.#limits.readersMax) throw tooMany("the hub");
  }

  /** @throws HttpError 503 when there are as many as may be; 400 when the reader has left meanwhile, or says no more */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>): EventStream {
    this.checkRoom();
    const { socket } = response.req;
    if (socket.destroyed || socket.readableEnded)
      throw new HttpError(400, "BadRequest", "who reads events keeps the connection open in both directions");
    const stream: EventStream = new EventStream(response, headers, (why) => {
      this.#streams.delete(stream);
      this.#ended(why);
      if (this.#streams.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    });
    this.#streams.add(stream);
    this.#timer ??= this.#later();
    return stream;
  }

  /** Ends all; each is told to connect again. */
  end(): void {
    for (const stream of this.#streams)
      stream.end("stopping", eventText("end", JSON.stringify({ code: "Stopping", error: "the hub is stopping" })));
  }

  #later(): { cancel(): void } {
    return this.#clock.after(this.#limits.heartbeatMs, () => {
      for (const stream of this.#streams)
        if (stream.isStalled()) stream.end("slowConsumer", slow);
        else if (stream.backlog === 0) stream.write(heartbeat);
      this.#timer = this.#streams.size > 0 ? this.#later() : undefined;
    });
  }
}

/** A sign of life. */
const heartbeat: Buffer = Buffer.from(": alive\n\n");

const slow = eventText("end", JSON.stringify({ code: "SlowConsumer", error: "nothing was read for too long" }));

export function tooMany(what: string): HttpError {
  return new HttpError(503, "TooManyReaders", `${what} has as many streams of events as it may: close one`, 5_000);
}

/** Why a stream ended. */
export type StreamEnd = "left" | "slowConsumer" | "accessEnded" | "stopping" | "failed";

/** A stream of events to one reader, and what waits for it to read. */
export class EventStream {
  readonly #response: ServerResponse;
  /** What is done when it is over. No signal: there are many streams, and each of those is a kilobyte. */
  readonly #whenOver: (() => void)[] = [];
  #isOver = false;
  readonly #ended: (why: StreamEnd) => void;
  #why: StreamEnd = "left";
  /** How much the reader had taken when it was last looked at. */
  #takenBefore = -1;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>, ended: (why: StreamEnd) => void) {
    this.#response = response;
    this.#ended = ended;
    // It ends where the connection ends, and not by chunks: what is encoded once can be written to all as it is.
    response.removeHeader("transfer-encoding");
    response.shouldKeepAlive = false;
    response.on("error", () => {});
    // The connection's, as it is the last answer on it.
    const { socket } = response.req;
    socket.once("close", () => this.#close());
    // Who says no more has left: nothing tells it from a program that ended.
    socket.once("end", () => socket.destroy());
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // A proxy is not to gather events.
      "x-accel-buffering": "no",
    });
    this.write(opening);
  }

  /** Whether it has ended, from whichever side. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls `run` when it is over. */
  whenOver(run: () => void): void {
    if (this.#isOver) run();
    else this.#whenOver.push(run);
  }

  /** Bytes that were written here, and are not on their way yet. */
  get backlog(): number {
    return this.#response.writableLength;
  }

  /** Writes; gives whether there is room for more. */
  write(bytes: Buffer | string): boolean {
    return !this.#isOver && this.#response.write(bytes);
  }

  /** Resolves when what was written is on its way, or the stream is over. */
  async drained(): Promise<void> {
    if (this.#isOver || !this.#response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off("drain", done).off("close", done);
        resolve();
      };
      this.#response.on("drain", done).on("close", done);
    });
  }

  /** Whether something waits, and the reader took nothing since this was last asked. */
  isStalled(): boolean {
    const socket = this.#response.socket;
    const taken = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
    const isStalled = this.backlog > 0 && taken === this.#takenBefore;
    this.#takenBefore = taken;
    return isStalled;
  }

  /** Ends it, after a last event. */
  end(why: StreamEnd, last: string): void {
    if (this.#isOver) return;
    this.#why = why;
    this.#response.end(last);
    // Whoever does not read does not learn of it, and is not waited for.
    if (this.backlog > 0) this.#response.socket?.destroy();
    this.#close();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ended(this.#why);
    for (const run of this.#whenOver.splice(0)) run();
  }
}

/** How long a reader waits before it connects again. */
const RETRY_MS = 2_000;

/** What a stream begins with. */
const opening: Buffer = Buffer.from(`retry: ${RETRY_MS}\n\n`);

/**
 * A server-sent event as text. Its data is JSON, in which no line ends: nothing that is said can end an event.
 *
 * @param id what a reader that connects again says that it has; without it, that stays as it was
 */
export function eventText(event: string, data: string, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** Some events in a row, and which items they tell of. */
export interface Frame {
  /** The number before the first of them. */
  readonly after: number;
  /** The number of the last of them. */
  readonly last: number;
  readonly items: number;
  readonly bytes: Buffer;
}

/** Items of an inbox, each as a line of JSON, and how far the inbox is. */
export interface EventPage {
  readonly items: readonly { readonly sequence: number; readonly json: string }[];
  readonly newest: number;
}

/**
 * A page as frames of at most `bytesMax`, or of one item. Items that should follow `after` and are gone are told as a gap,
 * as are all up to the newest if none is left.
 */
export function framesOf({ items, newest }: EventPage, after: number, bytesMax: number): readonly Frame[] {
  const frames: Frame[] = [];
  let text = "";
  let count = 0;
  let first = after;
  let last = after;
  const close = (): void => {
    if (last > first) frames.push({ after: first, last, items: count, bytes: Buffer.from(text) });
    [text, count, first] = ["", 0, last];
  };
  const add = (more: string, number: number, isItem: boolean): void => {
    if (text.length + more.length > bytesMax / 2 && Buffer.byteLength(text) + Buffer.byteLength(more) > bytesMax)
      close();
    text += more;
    count += isItem ? 1 : 0;
    last = number;
  };
  for (const { sequence, json } of items) {
    if (sequence > last + 1) add(gap(last + 1, sequence - 1), sequence - 1, false);
    add(eventText("item", json, sequence), sequence, true);
  }
  if (items.length === 0 && newest > after) add(gap(after + 1, newest), newest, false);
  close();
  return frames;
}

function gap(from: number, to: number): string {
  return eventText("gap", JSON.stringify({ from, to }), to);
}
