import { KernelError } from "../errors.ts";
import type { Completion } from "./completion.ts";
import type { Lane } from "./lane.ts";
import type { ReceivedMessage } from "./message-base.ts";
import type { Received } from "./message.ts";

/** A call that its server's program has in hand. */
interface Owed extends ReceivedMessage {
  fail(code: "ServerNotFound"): void;
}

/** A server, on the thread that made it: the queue of what was sent to it, and who waits for it. */
export class ServerCore {
  readonly number: number;
  readonly queueMax: number;
  readonly #onDisconnect: ((sender: number) => void) | undefined;
  ended = false;
  /** Messages refused because their opcode does not pass the id by which they came. */
  denied = 0;
  /** Calls received and not answered. */
  readonly owed: Set<Owed> = new Set();
  /** Messages in the order they were sent; those before `#first` are gone. */
  #queue: (Received | undefined)[] = [];
  #first = 0;
  readonly #receivers: Completion<Received>[] = [];

  constructor(number: number, queueMax: number, onDisconnect: ((sender: number) => void) | undefined) {
    this.number = number;
    this.queueMax = queueMax;
    this.#onDisconnect = onDisconnect;
  }

  get queued(): number {
    return this.#queue.length - this.#first;
  }

  enqueue(message: Received): void {
    while (this.#receivers.length > 0) {
      const receiver = this.#receivers.shift();
      if (receiver?.pending !== true) continue;
      message.onReceived();
      receiver.resolve(message);
      return;
    }
    this.#queue.push(message);
  }

  /** The next message, which is then received. */
  shift(): Received | undefined {
    if (this.#first === this.#queue.length) return undefined;
    const message = this.#queue[this.#first] as Received;
    this.#queue[this.#first] = undefined;
    this.#first += 1;
    if (this.#first === this.#queue.length) {
      this.#queue.length = 0;
      this.#first = 0;
    } else if (this.#first >= 1_024 && this.#first * 2 >= this.#queue.length) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
    message.onReceived();
    return message;
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

  /** A client's thread has ended: what it sent and nobody received is discarded. */
  laneEnded(lane: Lane): void {
    // Nobody is left to hear these answers: they are owed no more.
    for (const call of this.owed) if (call.endsWith(lane)) this.owed.delete(call);
    const left: (Received | undefined)[] = [];
    for (const message of this.#queue.splice(0).slice(this.#first)) {
      if (message === undefined) continue;
      if (message.endsWith(lane)) message.onDiscarded();
      else left.push(message);
    }
    this.#queue = left;
    this.#first = 0;
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
    const left = this.#queue.splice(0).slice(this.#first);
    this.#first = 0;
    for (const message of left) message?.onDiscarded();
    const error = new KernelError("ServerNotFound", "The server was destroyed.");
    for (const receiver of this.#receivers.splice(0)) receiver.reject(error);
  }
}
