/**
 * The words by which a thread is woken, seen by all that send to it. They are hints: a lie in them wastes the thread's
 * time or delays it, and corrupts nothing.
 */
const FLAG = 0;
const TICKETS = 16;
const CONTROL = 32;

/** What a sleeping thread's flag says. */
export const Asleep = { no: 0, parked: 1, inEventLoop: 2 } as const;

/** How many bytes the words take: a line of cache each. */
export const wakeBytes = 192;

/** The flag, seen by the thread that sleeps and by those that wake it. */
export class Wake {
  readonly #words: Int32Array;
  #controlSeen = 0;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
  }

  /** For the ring's writer, which takes tickets itself. */
  static words(wake: Wake): Int32Array {
    return wake.#words;
  }

  // The sleeper's side.

  /** Says that this thread is about to sleep. It must look once more for work after saying so, and before it does. */
  fallAsleep(how: 1 | 2): void {
    Atomics.store(this.#words, FLAG, how);
  }

  awake(): void {
    Atomics.store(this.#words, FLAG, Asleep.no);
  }

  /** Sleeps in the operating system until woken, or for so many milliseconds; not at all if woken since. */
  park(ms: number): void {
    Atomics.wait(this.#words, FLAG, Asleep.parked, ms);
  }

  /** Calls back once woken; at once (true) if woken since. No time-out: an abandoned wait would leak until it passed. */
  wait(run: () => void): boolean {
    const waiting = Atomics.waitAsync(this.#words, FLAG, Asleep.inEventLoop);
    if (!waiting.async) return true;
    // Not awaited: it is resolved when this thread is woken, which may be never.
    void (waiting.value as Promise<unknown>).then(run);
    return false;
  }

  /** Whether the kernel has posted something since the last look. */
  get controlChanged(): boolean {
    return Atomics.load(this.#words, CONTROL) !== this.#controlSeen;
  }

  /** To be called before the control line is emptied, so that what is posted meanwhile is seen as new. */
  noteControl(): void {
    this.#controlSeen = Atomics.load(this.#words, CONTROL);
  }

  /** The ticket that will be given next. Tickets order what different senders send to one thread. */
  get nextTicket(): number {
    return Atomics.load(this.#words, TICKETS);
  }

  // The waker's side.

  takeTicket(): number {
    return Atomics.add(this.#words, TICKETS, 1);
  }

  /** The same for so many messages: the first of their tickets. */
  takeTickets(count: number): number {
    return Atomics.add(this.#words, TICKETS, count);
  }

  /**
   * Wakes the thread if it sleeps. What it shall find must be published before. One waker wins the exchange; all
   * waiters are notified, because anyone who shares the word could wait on it and steal a single wake-up.
   */
  ring(): void {
    const flag = Atomics.load(this.#words, FLAG);
    if (flag !== Asleep.no && Atomics.compareExchange(this.#words, FLAG, flag, Asleep.no) === flag) {
      Atomics.notify(this.#words, FLAG);
    }
  }

  /**
   * For the kernel: something was posted on the control line. The event loop hears of that by itself. It notifies in any
   * case: a waker that died between clearing the flag and notifying has left a thread asleep that nobody else will wake,
   * and that death is what the kernel has posted.
   */
  ringControl(): void {
    Atomics.add(this.#words, CONTROL, 1);
    Atomics.compareExchange(this.#words, FLAG, Asleep.parked, Asleep.no);
    Atomics.notify(this.#words, FLAG);
  }
}
