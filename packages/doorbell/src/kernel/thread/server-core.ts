import { KernelError } from "../errors.ts";
import { Memory } from "../memory/index.ts";
import type { Completion } from "./completion.ts";
import type { Incoming } from "./incoming.ts";
import type { Lane } from "./lane.ts";
import { ReceivedMessage } from "./message-base.ts";
import { MessageQueue } from "./message-queue.ts";
import { type Received, Scalar } from "./message.ts";
import { Spare } from "./spare.ts";

/** A call that its server's program has in hand. */
interface Owed extends ReceivedMessage {
  fail(code: "ServerNotFound"): void;
}

/** A server, on the thread that made it: the queue of what was sent to it, and who waits for it. */
export class ServerCore {
  readonly number: number;
  readonly queueMax: number;
  readonly #onDisconnect: ((sender: number) => void) | undefined;
  /** Memory for the moves to come, if the server has asked for that. */
  readonly spare: Spare | undefined;
  ended = false;
  /** Messages refused because their opcode does not pass the id by which they came. */
  denied = 0;
  #owed: Set<Owed> | undefined;
  #narrowed: Set<number> | undefined;
  readonly #queue: MessageQueue = new MessageQueue();
  readonly #receivers: Completion<Received>[] = [];

  constructor(
    number: number,
    queueMax: number,
    onDisconnect: ((sender: number) => void) | undefined,
    recycle: boolean,
  ) {
    this.number = number;
    this.spare = recycle ? new Spare() : undefined;
    this.queueMax = queueMax;
    this.#onDisconnect = onDisconnect;
  }

  /** Calls received and not answered. Made when first asked for: a thread may have thousands of servers at rest. */
  get owed(): Set<Owed> {
    return (this.#owed ??= new Set());
  }

  get queued(): number {
    return this.#queue.length;
  }

  enqueue(message: Received): void {
    if (this.#receivers.length === 0 || !this.#hand(message)) this.#queue.push(message);
  }

  enqueueScalar(incoming: Incoming, id: number, a: number, b: number, c: number, d: number): void {
    if (this.#receivers.length === 0) this.#queue.pushScalar(incoming, id, a, b, c, d);
    else this.enqueue(new Scalar(incoming, id, 0, [a, b, c, d]));
  }

  /** Where scalars can be put in a row; not while somebody waits for one. */
  get scalars(): MessageQueue | undefined {
    return this.ended || this.#receivers.length > 0 ? undefined : this.#queue;
  }

  /** Gives it to who waits for a message, if anybody does. */
  #hand(message: Received): boolean {
    while (this.#receivers.length > 0) {
      const receiver = this.#receivers.shift();
      if (receiver?.pending !== true) continue;
      message.onReceived();
      receiver.resolve(message);
      return true;
    }
    return false;
  }

  /** The next message, which is then received. */
  shift(): Received | undefined {
    const message = this.#queue.shift();
    message?.onReceived();
    return message;
  }

  /** The scalars that are next and came as this one did, which are then received; how many there were. */
  shiftScalars(like: Scalar, words: Float64Array): number {
    const incoming = ReceivedMessage.incoming(like);
    const count = this.#queue.shiftScalars(incoming, like.id, words);
    if (count > 0) incoming.consume(count);
    return count;
  }

  /** Memory of a move that its program has dropped. */
  release(memory: Memory): void {
    const buffer = Memory.release(memory);
    if (buffer !== undefined) this.spare?.give(buffer);
  }

  /** Waits its turn for a message. */
  await(receiver: Completion<Received>): void {
    this.#receivers.push(receiver);
  }

  /** Gives a waiting place up. */
  leave(receiver: Completion<Received>): void {
    const at = this.#receivers.indexOf(receiver);
    if (at >= 0) this.#receivers.splice(at, 1);
  }

  /** Numbers of the narrowed ids that pass messages. Made when first asked for, as few servers have any. */
  get narrowed(): Set<number> {
    return (this.#narrowed ??= new Set());
  }

  /**
   * Ends one narrowed id, as its holders would see the server end: queued messages that came by it are dropped, and queued
   * calls fail with `ServerNotFound`. A call that the program has received is the program's, which still answers it.
   */
  revoke(narrowed: number): void {
    if (this.narrowed.delete(narrowed)) this.#queue.discard((message) => ReceivedMessage.incoming(message).isRevoked);
  }

  /** A client's thread has ended: what it sent and nobody received is discarded. */
  laneEnded(lane: Lane): void {
    // Nobody is left to hear these answers: they are owed no more.
    for (const call of this.#owed ?? []) if (call.endsWith(lane)) this.owed.delete(call);
    this.#queue.discard((message) => message.endsWith(lane));
  }

  /** Tells the program that a client's connection to this server ended. */
  disconnected(sender: number): void {
    if (this.ended || this.#onDisconnect === undefined) return;
    try {
      this.#onDisconnect(sender);
    } catch (error) {
      // The program's mistake is the program's: it shows as any uncaught error, and breaks nothing here.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** Ends it: who waits for an answer fails, what was only sent is dropped. */
  end(force: boolean): void {
    if (!force && this.owed.size > 0) {
      throw new KernelError(
        "ServerQueueFull",
        `${this.owed.size} answers are still owed: give them, or destroy by force.`,
        { detail: "owed" },
      );
    }
    this.ended = true;
    for (const call of this.owed) call.fail("ServerNotFound");
    this.#queue.discard();
    const error = new KernelError("ServerNotFound", "The server was destroyed.");
    for (const receiver of this.#receivers.splice(0)) receiver.reject(error);
  }
}
