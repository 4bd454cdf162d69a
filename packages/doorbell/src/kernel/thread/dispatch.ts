import { kernelThread } from "../broker/protocol.ts";
import { codeNumber, codeOf, KernelError } from "../errors.ts";
import { Memory } from "../memory.ts";
import { Kind, Where } from "../ring/layout.ts";
import type { Slot } from "../ring/ring.ts";
import type { Answer, Call } from "./completion.ts";
import {
  type Caller,
  depthMax,
  type GivenAnswer,
  type GivenPass,
  type Incoming,
  type Lane,
  type LaneHost,
  type Passed,
  type RemoteLane,
  Status,
  type ThreadContext,
} from "./contracts.ts";
import type { LocalHost } from "./local-lane.ts";
import { BlockingScalar, Lend, Move, Scalar } from "./messages.ts";

/** What becomes of that which arrives: a message goes to its server's queue, an answer to the call that it names. */
export class Dispatch implements LaneHost, LocalHost {
  readonly #context: ThreadContext;

  constructor(context: ThreadContext) {
    this.#context = context;
  }

  arrived(lane: RemoteLane, slot: Slot): void {
    const { kind } = slot;
    if (kind === Kind.scalar && slot.depth === 0 && this.#scalar(lane, slot)) return;
    if (kind === Kind.answer || kind === Kind.passedAnswer) this.#answer(lane, slot);
    else if (kind === Kind.passed) this.#passed(passOf(slot));
    else if (kind >= Kind.scalar && kind <= Kind.move) this.#message(lane, slot);
    else this.broken(lane, "a slot holds no kind of message");
  }

  /** The short way of a scalar with which all is well. */
  #scalar(lane: RemoteLane, { connection, id, a, b, c, d }: Slot): boolean {
    const incoming = lane.incoming[connection];
    if (incoming === undefined) return false;
    const { server, opcodes } = incoming;
    if (incoming.held >= server.queueMax || server.ended || incoming.isRevoked) return false;
    if (opcodes !== undefined && !opcodes.has(id)) return false;
    incoming.held += 1;
    server.enqueueScalar(incoming, id, a, b, c, d);
    return true;
  }

  #message(lane: RemoteLane, slot: Slot): void {
    const { kind, id, call, e: key, depth } = slot;
    const words: FourWords = [slot.a, slot.b, slot.c, slot.d];
    const callerThread = kind === Kind.blockingScalar ? slot.length : slot.d;
    let incoming = lane.incoming[slot.connection];
    if (incoming === undefined) {
      // The broker told of the connection before its client could send, so the news is there by now.
      this.#context.control.drainNew();
      incoming = lane.incoming[slot.connection];
      if (incoming === undefined) return this.broken(lane, "a message names a connection that there is not");
    }
    if (incoming.held >= incoming.server.queueMax) return this.broken(lane, "a sender passed its share of a queue");
    let buffer: ArrayBuffer | undefined;
    if (kind >= Kind.lend) {
      const into =
        kind === Kind.move && slot.where === Where.inline ? incoming.server.takeSpare(slot.length) : undefined;
      buffer = lane.takeBytes(slot, into);
      if (buffer === undefined) return this.broken(lane, "the memory of a message is not what its slot says");
    }
    if (depth === 0) return this.deliver(incoming, kind, id, call, key, words, buffer);
    if (depth > depthMax) return this.broken(lane, "a message was passed on too often");
    // Who can be made to answer others, that take no answers, can be made to cut them off.
    if (this.#context.thread === kernelThread) return this.broken(lane, "a message was passed on to the kernel");
    if (kind === Kind.scalar || kind === Kind.move)
      return this.deliver(incoming, kind, id, call, key, words, buffer, { depth, caller: undefined });
    const way = this.#wayTo(callerThread);
    if (way?.local === true) return this.broken(lane, "a call was passed on to the thread that made it");
    if (way === undefined) {
      // Who called has ended: nobody waits for an answer.
      incoming.held += 1;
      return incoming.consume();
    }
    return this.deliver(incoming, kind, id, call, key, words, buffer, { depth, caller: { lane: way, call, key } });
  }

  /** The lane to another thread; if it was laid just now, the news of it is there. */
  #wayTo(thread: number): Lane | undefined {
    const { lanes, control } = this.#context;
    if (lanes.get(thread) === undefined) control.drainNew();
    return lanes.get(thread);
  }

  deliver(
    incoming: Incoming,
    kind: number,
    id: number,
    call: number,
    key: number,
    words: FourWords,
    buffer: ArrayBuffer | undefined,
    passed?: Passed,
  ): void {
    incoming.held += 1;
    const { server, opcodes } = incoming;
    const depth = passed?.depth ?? 0;
    const isCall = kind !== Kind.scalar && kind !== Kind.move;
    const caller = isCall ? (passed?.caller ?? { lane: incoming.lane, call, key }) : undefined;
    if (server.ended || incoming.isRevoked) return this.#refuse(incoming, caller, depth, "ServerNotFound");
    if (opcodes !== undefined && !opcodes.has(id)) {
      server.denied += 1;
      return this.#refuse(incoming, caller, depth, "AccessDenied");
    }
    if (kind === Kind.scalar) return server.enqueue(new Scalar(incoming, id, depth, words));
    if (kind === Kind.blockingScalar)
      return server.enqueue(new BlockingScalar(incoming, id, depth, caller as Caller, words));
    const memory = new Memory(buffer as ArrayBuffer);
    const offset = wordOf(words[0]);
    const valid = wordOf(words[1]);
    if (kind === Kind.move) return server.enqueue(new Move(incoming, id, depth, memory, offset, valid));
    const mutable = kind === Kind.mutableLend;
    return server.enqueue(new Lend(incoming, id, depth, caller as Caller, mutable, memory, offset, valid));
  }

  #refuse(
    incoming: Incoming,
    caller: Caller | undefined,
    depth: number,
    code: "ServerNotFound" | "AccessDenied",
  ): void {
    incoming.consume();
    const status = Status.failure + codeNumber(code);
    caller?.lane.answer({ ...caller, status, words: [], bytes: undefined, passed: depth > 0 });
  }

  #answer(lane: RemoteLane, slot: Slot): void {
    const { calls } = this.#context;
    const passed = slot.kind === Kind.passedAnswer;
    const call = calls.find(slot.call, keyOf(slot));
    // A thread answers what it was asked, once. What was passed on may come when it was given up for lost.
    const wrong = call === undefined || (!passed && call.holder !== lane.peer);
    if (wrong && !passed) return this.broken(lane, "an answer names no call");
    let bytes: ArrayBuffer | undefined;
    if (slot.where !== 0 || slot.length !== 0) {
      // The bytes that come back go straight into the memory that was lent, if it still waits for them.
      const isWanted = call?.pending === true && call.mutable && slot.id === Status.memory;
      const wanted = isWanted ? call.memory : undefined;
      const into = wanted?.byteLength === slot.length ? Memory.comeBack(wanted) : undefined;
      bytes = lane.takeBytes(slot, into);
      if (bytes === undefined) {
        if (call !== undefined) calls.lost(call);
        return this.broken(lane, "the memory of an answer is not what its slot says");
      }
    }
    if (call === undefined) return undefined;
    calls.close(call);
    const { a, b, c, d, e } = slot;
    if (!this.#complete(call, slot.id, [a, b, c, d, e], bytes) && !passed)
      this.broken(lane, "an answer is not of its call's kind");
    return undefined;
  }

  answered({ call: index, key, status, words, bytes }: GivenAnswer): void {
    const call = this.#context.calls.find(index, key);
    if (call === undefined) return;
    this.#context.calls.close(call);
    this.#complete(call, status, words, bytes);
  }

  /** False if that is no answer to such a call. */
  #complete(call: Call, status: number, words: readonly number[], bytes: ArrayBuffer | undefined): boolean {
    if (!call.pending) return true;
    if (status >= Status.failure) {
      call.fail(failure(codeOf(status - Status.failure)));
      return true;
    }
    const { memory } = call;
    const good = memory === undefined ? status === 1 || status === 2 || status === 5 : status === Status.memory;
    if (!good || (call.mutable && (bytes?.byteLength ?? 0) !== memory?.byteLength)) {
      call.fail(new KernelError("ServerNotFound", "The server's thread answered what cannot be an answer."));
      return false;
    }
    if (memory === undefined) {
      call.resolve(words.slice(0, status) as unknown as Answer);
      return true;
    }
    const own = Memory.comeBack(memory);
    if (call.mutable && bytes !== undefined && bytes !== own) new Uint8Array(own).set(new Uint8Array(bytes));
    call.resolve({ offset: wordOf(words[0]), valid: wordOf(words[1]) });
    return true;
  }

  /**
   * A call of this thread was passed on. Words of it can come out of order, so the one that tells of the farthest counts;
   * and it may be answered by now.
   */
  passed(given: GivenPass): void {
    this.#passed(given);
    this.#context.control.settle();
  }

  #passed({ call: index, key, depth, holder }: GivenPass): void {
    const { calls } = this.#context;
    const call = calls.find(index, key);
    if (call === undefined || !(depth > call.depth)) return;
    call.depth = depth;
    call.holder = holder;
    // Who has ended by now answers no more; nor does this thread itself, to which nobody honest passes it.
    if (this.#wayTo(holder)?.local !== false) calls.lost(call);
  }

  relay(lane: RemoteLane, pass: GivenPass): void {
    this.#context.powers.post({ type: "passed", peer: lane.peer, ...pass });
  }

  broken(lane: RemoteLane, reason: string): void {
    if (lane.ended) return;
    // Who cannot read any more accuses nobody of having sent nothing.
    if (this.#context.powers.isEnding()) return;
    this.#context.powers.post({ type: "quarantine", peer: lane.peer, reason });
    this.#context.control.laneEnded(lane);
  }

  stalled(lane: RemoteLane): void {
    if (lane.answersInLine > this.#context.answersMax) return this.broken(lane, "it asks on and takes no answers");
    if (this.#context.stalled.has(lane)) return;
    this.#context.stalled.add(lane);
    // A program that awaits nothing still hears of room: what it owes goes out.
    this.#context.sleeper.begin();
    // A thread that listens already has to ask for room, too.
    this.#context.sleeper.soon();
  }

  freed(): void {
    // What is done next may take long, and may wait for that very sender.
    this.#context.sleeper.soon();
  }

  drained(lane: Lane, connection: number): void {
    this.#context.powers.post({ type: "released", peer: lane.peer, connection });
  }

  catchUp(): void {
    // Only that: the connection by which something is about to be sent must not end meanwhile.
    this.#context.lanes.drain();
  }

  roomMade(): void {
    if (this.#context.waiting.size > 0) this.#context.sleeper.soon();
  }
}

type FourWords = readonly [number, number, number, number];

function passOf(slot: Slot): GivenPass {
  return { call: slot.call, key: keyOf(slot), depth: slot.a, holder: slot.id };
}

/** The key of a call that an answer names: two words of the slot. */
function keyOf({ connection, ticket }: Slot): number {
  return ticket * 2 ** 32 + connection;
}

/** An offset or a valid, which may not be there. */
function wordOf(word = Number.NaN): number | undefined {
  return Number.isNaN(word) ? undefined : word;
}

function failure(code: ReturnType<typeof codeOf>): KernelError {
  const texts: Partial<Record<typeof code, string>> = {
    ServerNotFound: "The server ended before it answered.",
    Unanswered: "The server dropped the message without an answer.",
    AccessDenied: "This opcode does not pass: neither the id by which the server was reached, nor a public face of it.",
    SerializationError: "What was sent is no value of the opcode's shape.",
  };
  return new KernelError(code, texts[code] ?? `The server's thread refused: ${code}.`);
}
