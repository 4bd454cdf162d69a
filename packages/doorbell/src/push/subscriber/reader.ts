import { decode, type Message, type Shape } from "../../kernel/index.ts";

/** A number follows another if it is later, and by no more than this: so many events, dropped at once, are no honest count. */
const leapMax = 2 ** 32;

/** An event as its subscriber gets it. */
export interface Ring<T> {
  readonly value: T;
  /** Its number: the notifier counts its events from 1. If the gap is unknown, this is only what the notifier sent. */
  readonly sequence: number;
  /**
   * The number of events between the one before and this one that were dropped on the way. Not known (`undefined`) if the number
   * cannot follow: it is no whole number from 1 on, not later than the last, or later by more than 2^32.
   */
  readonly gap: number | undefined;
}

/**
 * The rings of one subscription, told from all else that comes to main, and checked: a notifier may send anything. An event
 * of the shape is a ring whatever its number is, so no number makes a subscriber deaf to the events after it.
 */
export class Reader<T> {
  readonly #shape: Shape<T>;
  readonly #opcode: number;
  readonly #mark: number;
  #closed = false;
  /** The first number, if it came before the answer did. */
  #first: number | undefined;
  /** The number of the last event that followed, or of the state that the subscription began with. */
  #last: number | undefined;
  /** The number of the last event that did not follow: numbering may go on from there, or from the last. */
  #stray: number | undefined;
  /** The newest number after the last event, as a notice told it: a later event says whether that is true. */
  #told: number | undefined;
  #missed = 0;
  /** Events whose gap is not known. */
  unknownGaps = 0;
  /** Counts messages that no honest notifier sends: no event of the shape, no ring at all, or a number that cannot follow. */
  malformed = 0;

  constructor(shape: Shape<T>, opcode: number, mark: number) {
    this.#shape = shape;
    this.#opcode = opcode;
    this.#mark = mark;
  }

  /** The notifier accepted, with this number. A ring may have been faster than its answer. */
  begin(sequence: number): void {
    const first = this.#first;
    if (first === undefined) this.#last = sequence;
    else if (follows(sequence, first)) this.#missed += first - sequence - 1;
    else if (first > sequence) {
      this.#stray ??= sequence;
      this.#unknown();
    }
  }

  /** Nothing is read any more: neither what comes, nor what is in main's queue already. */
  close(): void {
    this.#closed = true;
  }

  /** Events that never came, as far as numbers tell. */
  get missed(): number {
    const last = this.#last ?? 0;
    return this.#missed + (this.#told ?? last) - last;
  }

  /** Whether a message was sent by this subscription's bell, and it still has one. */
  owns(message: Message): boolean {
    if (this.#closed || message.id !== this.#opcode) return false;
    return ("words" in message ? message.words[1] : message.valid) === this.#mark;
  }

  /** The event that a message that it owns is; nothing if it only says how far the numbers are, or is malformed. */
  read(message: Message): Ring<T> | undefined {
    if (message.kind === "move" || message.kind === "lend") return this.#event(message.offset ?? 0, message.bytes);
    if (message.kind === "scalar") this.#notice(message.words[0]);
    // A bell says how many messages came to it that were no rings.
    else this.malformed += message.kind === "blockingScalar" ? countOf(message.words[2]) : 1;
    return undefined;
  }

  #event(sequence: number, bytes: Uint8Array): Ring<T> | undefined {
    let value: T;
    try {
      value = decode(this.#shape, bytes);
    } catch {
      this.malformed += 1;
      return undefined;
    }
    const gap = this.#gapBefore(sequence);
    if (gap === undefined) this.#unknown();
    else this.#missed += gap;
    return { value, sequence, gap };
  }

  #gapBefore(sequence: number): number | undefined {
    const before = this.#before(sequence);
    if (before === undefined) {
      if (isNumber(sequence)) this.#stray = sequence;
      return undefined;
    }
    // An event that was told to be dropped has come.
    if (this.#told !== undefined && before === this.#last && sequence <= this.#told) this.malformed += 1;
    this.#told = undefined;
    this.#last = sequence;
    this.#stray = undefined;
    return sequence - before - 1;
  }

  /** The newest event was dropped, and has this number. */
  #notice(sequence: number): void {
    const before = this.#before(sequence);
    if (before === undefined || (before === this.#last && sequence <= (this.#told ?? 0))) {
      this.malformed += 1;
      return;
    }
    this.#last = before;
    this.#told = sequence;
  }

  /** The number that this one follows; nothing if it follows none. */
  #before(sequence: number): number | undefined {
    if (this.#last === undefined && this.#first === undefined && isNumber(sequence)) {
      this.#first = sequence;
      return sequence - 1;
    }
    return [this.#last, this.#stray].find((before) => before !== undefined && follows(before, sequence));
  }

  #unknown(): void {
    this.unknownGaps += 1;
    this.malformed += 1;
  }
}

/** Returns whether an event can have this number. */
function isNumber(sequence: number): boolean {
  return Number.isSafeInteger(sequence) && sequence >= 1;
}

function follows(before: number, sequence: number): boolean {
  return isNumber(sequence) && sequence > before && sequence - before <= leapMax;
}

/** Returns the number that a bell gives; the holder of a direct bell can send any. */
function countOf(word: number): number {
  return isNumber(word) && word <= leapMax ? word : 1;
}
