import { CONNECTIONS_IN_LANE, CONNECTIONS_IN_PAGE } from "./layout.ts";

/**
 * How many messages each connection of one direction has sent, and how many of them are consumed. They are running
 * totals, which an index keeps when its connection ends: who has it next begins where the last one left off.
 *
 * Each total has one writer, which keeps it in private memory and publishes it; the other reads it and checks it.
 */
export class Credits {
  /** By page; the first is in the lane. */
  readonly #sent: Int32Array[];
  readonly #consumed: Int32Array[];
  /** This side's own totals, by connection. */
  readonly #own: number[] = [];

  constructor(sent: Int32Array, consumed: Int32Array) {
    this.#sent = [sent];
    this.#consumed = [consumed];
  }

  /** Counters for more connections: the sent ones first, then the consumed. */
  addPage(shared: SharedArrayBuffer): void {
    this.#sent.push(new Int32Array(shared, 0, CONNECTIONS_IN_PAGE));
    this.#consumed.push(new Int32Array(shared, 4 * CONNECTIONS_IN_PAGE, CONNECTIONS_IN_PAGE));
  }

  /** How many connections have counters. */
  get capacity(): number {
    return CONNECTIONS_IN_LANE + (this.#sent.length - 1) * CONNECTIONS_IN_PAGE;
  }

  /** For the sender: so many more were sent. */
  send(connection: number, count: number): void {
    const total = ((this.#own[connection] ?? 0) + count) | 0;
    this.#own[connection] = total;
    // A plain store is enough: only who reports on the kernel reads it.
    this.#page(this.#sent, connection)[position(connection)] = total;
  }

  /** For the sender: how many are on their way or unanswered. More than was ever sent is a lie: -1. */
  outstanding(connection: number): number {
    const total = this.#own[connection] ?? 0;
    const consumed = Atomics.load(this.#page(this.#consumed, connection), position(connection));
    const outstanding = (total - consumed) | 0;
    return outstanding < 0 ? -1 : outstanding;
  }

  /** For the receiver: so many more are received or answered. */
  consume(connection: number, count: number): void {
    const total = ((this.#own[connection] ?? 0) + count) | 0;
    this.#own[connection] = total;
    Atomics.store(this.#page(this.#consumed, connection), position(connection), total);
  }

  /** For who reports: both totals as they are written, which may be lies. */
  difference(connection: number): number {
    const at = position(connection);
    const sent = Atomics.load(this.#page(this.#sent, connection), at);
    return (sent - Atomics.load(this.#page(this.#consumed, connection), at)) | 0;
  }

  #page(pages: readonly Int32Array[], connection: number): Int32Array {
    const page =
      connection < CONNECTIONS_IN_LANE ? 0 : 1 + Math.floor((connection - CONNECTIONS_IN_LANE) / CONNECTIONS_IN_PAGE);
    return pages[page] as Int32Array;
  }
}

function position(connection: number): number {
  return connection < CONNECTIONS_IN_LANE ? connection : (connection - CONNECTIONS_IN_LANE) % CONNECTIONS_IN_PAGE;
}
