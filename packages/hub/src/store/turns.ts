/** For so long writes keep the thread in one go, reads wait; milliseconds. Part of it is one wait for the disk. */
const WRITES_MS = 20;
/** The same for reads, while there is something to write. */
const READS_MS = 5;

interface TurnsOptions {
  /** Writes some of what waits, until `isOver` holds, and returns whether more waits. */
  readonly write: (isOver: () => boolean) => boolean;
  /** Calls back in a later turn of the event loop. @default setImmediate */
  readonly later?: (run: () => void) => void;
  /** Milliseconds that only go forward. @default performance.now */
  readonly now?: () => number;
}

/**
 * Shares a thread between writes and reads, and reads between inboxes. Nothing here runs longer than a few milliseconds without
 * letting the event loop have a turn; so no reader keeps a ring waiting, and no flood of rings keeps readers waiting.
 */
export class Turns {
  readonly #options: Required<TurnsOptions>;
  readonly #reads = new FairLines<() => void>();
  #isWriteWaiting = false;
  #isTurnComing = false;
  /** Until then reads go first. */
  #readsUntil = -Infinity;
  #why: Error | undefined;

  constructor({ write, later = (run) => void setImmediate(run), now = () => performance.now() }: TurnsOptions) {
    this.#options = { write, later, now };
  }

  /**
   * A turn: a group of writes, or one read. Writes go first, but for the time that is the reads' after a group of writes. One
   * turn of the event loop lies between two of these, in which answers are sent and messages come.
   */
  readonly #turn = (): void => {
    this.#isTurnComing = false;
    const { write, now } = this.#options;
    if (this.#isWriteWaiting && (this.#reads.size === 0 || now() >= this.#readsUntil)) {
      const until = now() + WRITES_MS;
      this.#isWriteWaiting = write(() => now() >= until);
      this.#readsUntil = now() + READS_MS;
    } else this.#reads.shift()?.();
    if (this.#isWriteWaiting || this.#reads.size > 0) this.#come();
  };

  /** Something waits to be written. */
  writes(): void {
    this.#isWriteWaiting = true;
    this.#come();
  }

  /** Reads when it is the turn of an inbox, and returns what `read` returns. It has to be short: a step of a long work. */
  read<T>(inbox: number, read: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = (): void => {
        try {
          if (this.#why !== undefined) throw this.#why;
          resolve(read());
        } catch (cause) {
          reject(cause);
        }
      };
      this.#reads.push([inbox], run);
      this.#come();
    });
  }

  /** Refuses what is to be read from now on, and what waits. */
  close(why: Error): void {
    this.#why = why;
  }

  #come(): void {
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    this.#options.later(this.#turn);
  }
}

/**
 * Lines of waiting things: one for each first key, in it one for each second key, and so on. They are served by turns: one that
 * brings much waits behind its own things alone. After Nagle's "infinite buffering" fair queue (RFC 970).
 */
export class FairLines<T> {
  readonly #lines = new Map<unknown, FairLines<T>>();
  /** Those that are at the end of their keys. */
  readonly #here: T[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push([key, ...keys]: readonly unknown[], thing: T): void {
    this.#size += 1;
    if (key === undefined) {
      this.#here.push(thing);
      return;
    }
    const line = this.#lines.get(key) ?? new FairLines<T>();
    line.push(keys, thing);
    this.#lines.set(key, line);
  }

  /** Takes the next. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    this.#size -= 1;
    if (this.#here.length > 0) return this.#here.shift();
    const [[key, line] = []] = this.#lines;
    if (key === undefined || line === undefined) return undefined;
    // The line goes to the end: a map keeps the order in which its keys came.
    this.#lines.delete(key);
    const thing = line.shift();
    if (line.size > 0) this.#lines.set(key, line);
    return thing;
  }
}
