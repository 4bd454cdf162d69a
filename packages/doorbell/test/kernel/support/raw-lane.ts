import type { MessagePort } from "node:worker_threads";

import type { ToThread } from "../../../src/kernel/broker/protocol.ts";
import { half, type RingSize } from "../../../src/kernel/ring/layout.ts";
import { RingReader, RingWriter, type Slot } from "../../../src/kernel/ring/ring.ts";
import { Wake } from "../../../src/kernel/ring/wake.ts";

export type LaneNews = Extract<ToThread, { type: "lane" }>;

/** What a slot is to hold; 0 where nothing is said. */
export interface RawSlot {
  readonly kind: number;
  readonly connection?: number;
  readonly id?: number;
  readonly call?: number;
  /** The next of the peer's, if it is not said. */
  readonly ticket?: number;
  readonly words?: readonly number[];
  readonly fifth?: number;
  /** How often it was passed on, and for whom. */
  readonly depth?: number;
  readonly caller?: number;
  readonly bytes?: Uint8Array;
  /** What is said of the bytes' length, if it is a lie. */
  readonly length?: number;
}

/** One end of a lane, in the hands of a test. */
export class RawLane {
  readonly news: LaneNews;
  readonly writer: RingWriter;
  readonly reader: RingReader;
  readonly #wake: Wake;

  constructor(news: LaneNews, ring: RingSize) {
    const { shared, direction, wake } = news;
    this.news = news;
    this.writer = new RingWriter(shared, half(ring, direction), ring);
    this.reader = new RingReader(shared, half(ring, direction === 0 ? 1 : 0), ring);
    this.#wake = new Wake(wake);
  }

  get peer(): number {
    return this.news.peer;
  }

  get shared(): SharedArrayBuffer {
    return this.news.shared;
  }

  get wake(): SharedArrayBuffer {
    return this.news.wake;
  }

  get port(): MessagePort {
    return this.news.port;
  }

  /** Writes a slot as it is told to, and wakes whoever is at the other end. */
  write({ kind, connection = 0, id = 0, call = 0, ticket, words = [], fifth = 0, ...rest }: RawSlot): void {
    const { depth, caller = 0, bytes, length = bytes?.length ?? 0 } = rest;
    const [a = 0, b = 0, c = 0, d = 0] = words;
    const place = bytes === undefined ? 0 : this.writer.place(bytes);
    this.writer.write(kind, connection, id, call, ticket ?? this.#wake.takeTicket(), a, b, c, d);
    this.writer.writeFifth(fifth);
    if (bytes !== undefined) this.writer.writeBytes(length, place);
    if (depth !== undefined) this.writer.writePassed(depth, caller, bytes !== undefined);
    this.writer.publish();
    this.ring();
  }

  /** What names a call in an answer, or in a word that it was passed on. */
  static named(call: number, key: number): Pick<RawSlot, "call" | "connection" | "ticket"> {
    return { call, connection: key | 0, ticket: (key / 2 ** 32) | 0 };
  }

  /** Wakes whoever is at the other end. */
  ring(): void {
    this.#wake.ring();
  }

  /** What comes next, if anything has come. */
  read(): Slot | undefined {
    if (this.reader.available <= 0) return undefined;
    const slot = { ...this.reader.read() };
    this.reader.release();
    if (this.reader.takeRoomWanted()) this.ring();
    return slot;
  }

  /** What comes next. */
  async next(): Promise<Slot> {
    for (;;) {
      const slot = this.read();
      if (slot !== undefined) return slot;
      await new Promise(setImmediate);
    }
  }
}
