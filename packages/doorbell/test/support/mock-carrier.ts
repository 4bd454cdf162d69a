import type { Carrier } from "../../src/line/server/types.ts";

/** What a carrier tells its session. */
export interface Carried {
  drained(): void;
  flushed(): void;
  closed(): void;
}

/**
 * A mock of a carrier: records what it is told, and stands for a client that reads all at once, or, after `block()`,
 * only as much as it is told to.
 */
export class MockCarrier implements Carrier {
  /** Whom it tells of room, of the end and of being closed. */
  session: Carried | undefined;
  readonly calls: string[] = [];
  text = "";
  /** Bytes that wait for a client that does not read, and the most that ever did. */
  waiting = 0;
  waitingMost = 0;
  /** It has refused room, and has not said since that there is some. */
  full = false;
  paused = false;
  ended = false;
  flushed = false;
  destroyed = false;
  closed = false;
  /** How often it has refused room after having had some. */
  timesFull = 0;
  /** Writes since it refused room. */
  writesWhileFull = 0;
  #room: number;
  #blocked = false;

  /** `room` bytes may wait before it refuses more. */
  constructor(room = 16_384) {
    this.#room = room;
  }

  write(bytes: string | Uint8Array): boolean {
    const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
    this.calls.push(`write ${text}`);
    this.text += text;
    if (this.full) this.writesWhileFull += 1;
    if (this.#blocked) this.waiting += Buffer.byteLength(text);
    this.waitingMost = Math.max(this.waitingMost, this.waiting);
    const refused = this.waiting >= this.#room;
    if (refused && !this.full) this.timesFull += 1;
    // What it has refused once is taken back by "drained" only.
    this.full ||= refused;
    return !refused;
  }

  pause(): void {
    this.calls.push("pause");
    this.paused = true;
  }

  resume(): void {
    this.calls.push("resume");
    this.paused = false;
  }

  end(): void {
    this.calls.push("end");
    this.ended = true;
  }

  destroy(): void {
    this.calls.push("destroy");
    this.destroyed = true;
  }

  /** The client reads no more. With a smaller `room`, fewer bytes may wait from here on. */
  block(room: number = this.#room): void {
    this.#blocked = true;
    this.#room = room;
  }

  /** The client reads `bytes` of what waits; all of it, and all that will come, without a number. */
  read(bytes: number = Infinity): void {
    if (bytes === Infinity) this.#blocked = false;
    this.waiting = Math.max(0, this.waiting - bytes);
    if (this.full && this.waiting < this.#room) {
      this.full = false;
      this.writesWhileFull = 0;
      this.session?.drained();
    }
    this.settleEnd();
  }

  /** Says that all has left once the end was said and nothing waits, as a socket does at the end of its turn. */
  settleEnd(): void {
    if (!this.ended || this.flushed || this.waiting > 0) return;
    this.flushed = true;
    this.session?.flushed();
  }

  /** The connection is gone. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.session?.closed();
  }

  /** The lines written since the last time this was asked. */
  takeLines(): string[] {
    const lines = this.text.split("\r\n");
    this.text = lines.pop() as string;
    return lines;
  }
}
