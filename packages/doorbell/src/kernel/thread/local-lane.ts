import { Memory } from "../memory.ts";
import { Kind } from "../ring/layout.ts";
import type { GivenAnswer, GivenPass, Incoming, Lane, Outgoing, Passed } from "./contracts.ts";

/** What a local lane needs of its thread. */
export interface LocalHost {
  /** Takes what other threads have sent so far: it was sent before what is sent here next. */
  catchUp(): void;
  deliver(
    incoming: Incoming,
    kind: number,
    id: number,
    call: number,
    key: number,
    words: readonly [number, number, number, number],
    buffer: ArrayBuffer | undefined,
    passed?: Passed,
  ): void;
  answered(answer: GivenAnswer): void;
  /** A call of this thread was passed on. */
  passed(pass: GivenPass): void;
  /** A place is free: who waits for one can try again. */
  roomMade(): void;
  drained(lane: Lane, connection: number): void;
}

/** The lane from a thread to itself: a call into the server's queue, with the same room, order and copies as any other. */
export class LocalLane implements Lane {
  readonly peer: number;
  readonly local = true;
  ended = false;
  readonly outgoing: (Outgoing | undefined)[] = [];
  readonly incoming: (Incoming | undefined)[] = [];
  readonly #host: LocalHost;
  readonly #outstanding: number[] = [];

  constructor(thread: number, host: LocalHost) {
    this.peer = thread;
    this.#host = host;
  }

  hasRoom(connection: Outgoing): boolean {
    return (this.#outstanding[connection.index] ?? 0) < connection.queueMax;
  }

  send(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    a: number,
    b: number,
    c: number,
    d: number,
    passed?: Passed,
  ): void {
    this.#deliver(kind, connection, id, call, key, [a, b, c, d], undefined, passed);
  }

  sendScalars(connection: Outgoing, id: number, words: Float64Array): number {
    let count = 0;
    for (; count < words.length >>> 2 && this.hasRoom(connection); count += 1) {
      const [a = 0, b = 0, c = 0, d = 0] = words.subarray(count * 4, count * 4 + 4);
      this.send(Kind.scalar, connection, id, 0, 0, a, b, c, d);
    }
    return count;
  }

  sendMemory(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    memory: Memory,
    offset: number,
    valid: number,
    passed?: Passed,
  ): boolean {
    const buffer = Memory.lend(memory);
    const isMove = kind === Kind.move || passed !== undefined;
    // What is moved changes its handle; of what is lent the server has a copy.
    const own = isMove ? structuredClone(buffer, { transfer: [buffer] }) : buffer.slice(0);
    if (isMove) Memory.moved(memory);
    this.#deliver(kind, connection, id, call, key, [offset, valid, 0, 0], own, passed);
    return true;
  }

  readonly copyMax: number = Infinity;

  sendCopy(connection: Outgoing, id: number, bytes: Uint8Array, offset: number, valid: number): boolean {
    const own = new Uint8Array(bytes).buffer;
    this.#deliver(Kind.move, connection, id, 0, 0, [offset, valid, 0, 0], own, undefined);
    return true;
  }

  #deliver(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    words: readonly [number, number, number, number],
    buffer: ArrayBuffer | undefined,
    passed: Passed | undefined,
  ): void {
    this.#host.catchUp();
    this.#outstanding[connection.index] = (this.#outstanding[connection.index] ?? 0) + 1;
    this.#host.deliver(this.incoming[connection.index] as Incoming, kind, id, call, key, words, buffer, passed);
  }

  answer(given: GivenAnswer): void {
    this.#host.answered(given);
  }

  pass(given: GivenPass): void {
    this.#host.passed(given);
  }

  consume(connection: number, count: number): void {
    this.#outstanding[connection] = (this.#outstanding[connection] ?? 0) - count;
    this.#host.roomMade();
  }

  /** Its connection ended; nothing is ever on the way. */
  closing(connection: number): void {
    const incoming = this.incoming[connection];
    this.incoming[connection] = undefined;
    if (incoming === undefined) this.#host.drained(this, connection);
    else incoming.whenEmpty(() => this.#host.drained(this, connection));
  }

  wantRoom(): void {
    // Who makes room here says so.
  }

  close(): void {
    this.ended = true;
  }
}
