import { codeNumber, codeOf, KernelError } from "../errors.ts";
import { Memory } from "../memory/index.ts";
import { Kind, type Slot } from "../ring/index.ts";
import type { Answer } from "./calls.ts";
import type { Incoming } from "./incoming.ts";
import type { LaneHost } from "./lane-host.ts";
import { type Lane, Status } from "./lane.ts";
import type { LocalHost } from "./local-lane.ts";
import { BlockingScalar, Lend, Move, Scalar } from "./message.ts";
import type { RingLane } from "./ring-lane.ts";
import type { Station } from "./station.ts";

type FourWords = readonly [number, number, number, number];

/** What becomes of that which arrives: a message goes to its server's queue, an answer to the call that it names. */
export class Dispatch implements LaneHost, LocalHost {
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  arrived(lane: RingLane, slot: Slot): void {
    const { kind } = slot;
    if (kind === Kind.scalar && this.#scalar(lane, slot)) return;
    if (kind === Kind.answer) this.#answer(lane, slot);
    else if (kind >= Kind.scalar && kind <= Kind.move) this.#message(lane, slot);
    else this.broken(lane, "a slot holds no kind of message");
  }

  /** The short way of a scalar with which all is well. */
  #scalar(lane: RingLane, { connection, id, a, b, c, d }: Slot): boolean {
    const incoming = lane.incoming[connection];
    if (incoming === undefined) return false;
    const { server, opcodes } = incoming;
    if (incoming.held >= server.queueMax || server.ended || (opcodes !== undefined && !opcodes.has(id))) return false;
    incoming.held += 1;
    server.enqueueScalar(incoming, id, a, b, c, d);
    return true;
  }

  #message(lane: RingLane, slot: Slot): void {
    const { kind, id, call, e: generation } = slot;
    const words: FourWords = [slot.a, slot.b, slot.c, slot.d];
    let incoming = lane.incoming[slot.connection];
    if (incoming === undefined) {
      // The broker told of the connection before its client could send, so the news is there by now.
      // What comes with the news may be the end of this lane, which takes all that is left of it: the slot is kept.
      const kept = { ...slot };
      this.#station.control.drain();
      if (lane.ended) return undefined;
      Object.assign(slot, kept);
      incoming = lane.incoming[slot.connection];
      if (incoming === undefined) return this.broken(lane, "a message names a connection that there is not");
    }
    if (incoming.held >= incoming.server.queueMax) return this.broken(lane, "a sender passed its share of a queue");
    let buffer: ArrayBuffer | undefined;
    if (kind >= Kind.lend) {
      buffer = lane.takeBytes(slot);
      if (buffer === undefined) return this.broken(lane, "the memory of a message is not what its slot says");
    }
    this.deliver(incoming, kind, id, call, generation, words, buffer);
  }

  deliver(
    incoming: Incoming,
    kind: number,
    id: number,
    call: number,
    generation: number,
    words: FourWords,
    buffer: ArrayBuffer | undefined,
  ): void {
    incoming.held += 1;
    const { server, opcodes } = incoming;
    if (server.ended) return this.#refuse(incoming, kind, call, generation, "ServerNotFound");
    if (opcodes !== undefined && !opcodes.has(id)) {
      server.denied += 1;
      return this.#refuse(incoming, kind, call, generation, "AccessDenied");
    }
    if (kind === Kind.scalar) return server.enqueue(new Scalar(incoming, id, words));
    if (kind === Kind.blockingScalar) return server.enqueue(new BlockingScalar(incoming, id, call, generation, words));
    const memory = new Memory(buffer as ArrayBuffer);
    const [offset, valid] = words.map((word) => (Number.isNaN(word) ? undefined : word));
    if (kind === Kind.move) return server.enqueue(new Move(incoming, id, memory, offset, valid));
    const mutable = kind === Kind.mutableLend;
    return server.enqueue(new Lend(incoming, id, call, generation, mutable, memory, offset, valid));
  }

  #refuse(
    incoming: Incoming,
    kind: number,
    call: number,
    generation: number,
    code: "ServerNotFound" | "AccessDenied",
  ): void {
    incoming.consume();
    if (kind === Kind.scalar || kind === Kind.move) return;
    incoming.lane.answer(call, generation, Status.failure + codeNumber(code), []);
  }

  #answer(lane: RingLane, slot: Slot): void {
    const { call: index, connection: generation, id: status } = slot;
    const call = this.#station.calls.close(index, generation, lane);
    const wanted = call?.pending === true ? call : undefined;
    let bytes: ArrayBuffer | undefined;
    if (slot.where !== 0 || slot.length !== 0) {
      // The bytes that come back go straight into the memory that was lent, if it still waits for them.
      const into =
        wanted?.memory !== undefined && wanted.memory.byteLength === slot.length
          ? Memory.comeBack(wanted.memory)
          : undefined;
      bytes = lane.takeBytes(slot, into);
      if (bytes === undefined) {
        call?.fail(new KernelError("ServerNotFound", "The server's thread broke the rules of the ring."));
        return this.broken(lane, "the memory of an answer is not what its slot says");
      }
    }
    if (call === undefined) return this.broken(lane, "an answer names no call");
    const { a, b, c, d, e } = slot;
    return this.#complete(lane, call, status, [a, b, c, d, e], bytes);
  }

  answered(
    lane: Lane,
    index: number,
    generation: number,
    status: number,
    words: readonly number[],
    bytes: ArrayBuffer | undefined,
  ): void {
    const call = this.#station.calls.close(index, generation, lane);
    if (call !== undefined) this.#complete(lane, call, status, words, bytes);
  }

  #complete(
    lane: Lane,
    call: NonNullable<ReturnType<Station["calls"]["close"]>>,
    status: number,
    words: readonly number[],
    bytes: ArrayBuffer | undefined,
  ): void {
    if (!call.pending) return;
    if (status >= Status.failure) return call.fail(failure(codeOf(status - Status.failure)));
    const { memory } = call;
    const good = memory === undefined ? status === 1 || status === 2 || status === 5 : status === Status.memory;
    if (!good || (call.mutable && (bytes?.byteLength ?? 0) !== memory?.byteLength)) {
      call.fail(new KernelError("ServerNotFound", "The server's thread answered what cannot be an answer."));
      if (!lane.local) this.broken(lane as RingLane, "an answer is not of its call's kind");
      return;
    }
    if (memory === undefined) return call.resolve(words.slice(0, status) as unknown as Answer);
    const own = Memory.comeBack(memory);
    if (call.mutable && bytes !== undefined && bytes !== own) new Uint8Array(own).set(new Uint8Array(bytes));
    const [offset, valid] = words.map((word) => (Number.isNaN(word) ? undefined : word));
    call.resolve({ offset, valid });
  }

  broken(lane: RingLane, reason: string): void {
    if (lane.ended) return;
    this.#station.powers.post({ type: "quarantine", peer: lane.peer, reason });
    this.#station.control.laneEnded(lane);
  }

  stalled(lane: RingLane): void {
    if (this.#station.stalled.has(lane)) return;
    this.#station.stalled.add(lane);
    // A program that awaits nothing still hears of room: what it owes goes out.
    this.#station.sleeper.begin();
  }

  drained(lane: Lane, connection: number): void {
    this.#station.powers.post({ type: "released", peer: lane.peer, connection });
  }

  catchUp(): void {
    this.#station.lanes.drain();
  }

  roomMade(): void {
    if (this.#station.waiting.size > 0) this.#station.sleeper.soon();
  }
}

function failure(code: ReturnType<typeof codeOf>): KernelError {
  const texts: Partial<Record<typeof code, string>> = {
    ServerNotFound: "The server ended before it answered.",
    Unanswered: "The server dropped the message without an answer.",
    AccessDenied: "This opcode does not pass the id by which the connection was made.",
  };
  return new KernelError(code, texts[code] ?? `The server's thread refused: ${code}.`);
}
