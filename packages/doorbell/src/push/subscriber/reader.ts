import { decode, type Message, type Shape } from "../../kernel/index.ts";

/** An event as its subscriber gets it. */
export interface Ring<T> {
  readonly value: T;
  /** Its number: the notifier counts its events from 1. */
  readonly sequence: number;
  /** How many events between the one before and this one were dropped on the way. */
  readonly gap: number;
}

/** The rings of one subscription, told from all else that comes to main, and checked: a notifier may send anything. */
export class Reader<T> {
  readonly #shape: Shape<T>;
  readonly #opcode: number;
  readonly #mark: number;
  #closed = false;
  /** The number of the state that the subscription began with. */
  #start: number | undefined;
  /** The newest number that was heard of. */
  #newest: number | undefined;
  /** Of the newest event that was read. */
  #last: number | undefined;
  #read = 0;
  /** Rings that were no events of the shape, or out of order. */
  malformed = 0;

  constructor(shape: Shape<T>, opcode: number, mark: number) {
    this.#shape = shape;
    this.#opcode = opcode;
    this.#mark = mark;
  }

  /** The notifier accepted, with this number. A ring may have been faster than its answer. */
  begin(sequence: number): void {
    this.#start = sequence;
    this.#last ??= sequence;
    this.#newest ??= sequence;
  }

  /** Nothing is read any more: neither what comes, nor what is in main's queue already. */
  close(): void {
    this.#closed = true;
  }

  /** Events that never came, as far as the newest number tells. */
  get missed(): number {
    return this.#start === undefined || this.#newest === undefined ? 0 : this.#newest - this.#start - this.#read;
  }

  /** Whether a message was sent by this subscription's bell, and it still has one. */
  owns(message: Message): boolean {
    if (this.#closed || message.id !== this.#opcode) return false;
    if (message.kind === "scalar") return message.words[1] === this.#mark;
    return (message.kind === "move" || message.kind === "lend") && message.valid === this.#mark;
  }

  /** What a message that it owns tells; nothing if it only says how far the numbers are, or is malformed. */
  read(message: Message): Ring<T> | undefined {
    const sequence = message.kind === "scalar" ? message.words[0] : "bytes" in message ? message.offset : undefined;
    if (!Number.isSafeInteger(sequence) || sequence === undefined || sequence <= (this.#newest ?? 0)) {
      this.malformed += 1;
      return undefined;
    }
    this.#newest = sequence;
    return "bytes" in message ? this.#event(sequence, message.bytes) : undefined;
  }

  #event(sequence: number, bytes: Uint8Array): Ring<T> | undefined {
    let value: T;
    try {
      value = decode(this.#shape, bytes);
    } catch {
      this.malformed += 1;
      return undefined;
    }
    const gap = this.#last === undefined ? 0 : sequence - this.#last - 1;
    this.#last = sequence;
    this.#read += 1;
    return { value, sequence, gap };
  }
}
