import { Line } from "./line.ts";

/** One that waits for a server: for one with an id, or for one with a name. */
export interface Waiting {
  readonly thread: number;
  /** The thread's own number for the reply. */
  readonly request: number;
  /** What it waits for: the digest of an id, or a name with a mark before it that no digest has. */
  readonly key: string;
}

/** Who waits for the same, in the order they came; and by thread. */
interface Waits {
  readonly order: Line<Waiting>;
  readonly byThread: Map<number, Line<Waiting>>;
}

/** All who wait for a server. What a thread adds ends with the thread. */
export class Waiters {
  readonly #lines = new Map<string, Waits>();
  readonly #byThread = new Map<number, Map<number, Waiting>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether the thread waits already by that number. */
  has(thread: number, request: number): boolean {
    return this.#byThread.get(thread)?.has(request) === true;
  }

  /** At the end of its line. Its thread must not wait by that number already. */
  add(waiting: Waiting): void {
    const { thread, request, key } = waiting;
    const line = getOrMake<string, Waits>(this.#lines, key, () => ({ order: new Line(), byThread: new Map() }));
    line.order.add(waiting);
    getOrMake(line.byThread, thread, () => new Line<Waiting>()).add(waiting);
    getOrMake(this.#byThread, thread, () => new Map<number, Waiting>()).set(request, waiting);
    this.#size += 1;
  }

  /** It waits no longer; whether it did. */
  remove(thread: number, request: number): boolean {
    const requests = this.#byThread.get(thread);
    const waiting = requests?.get(request);
    if (requests === undefined || waiting === undefined) return false;
    requests.delete(request);
    if (requests.size === 0) this.#byThread.delete(thread);
    const line = this.#lines.get(waiting.key) as Waits;
    line.order.delete(waiting);
    const own = line.byThread.get(thread) as Line<Waiting>;
    own.delete(waiting);
    if (own.size === 0) line.byThread.delete(thread);
    if (line.order.size === 0) this.#lines.delete(waiting.key);
    this.#size -= 1;
    return true;
  }

  /** Whether anybody waits for that. */
  hasLine(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Who waits for it, as they stand now. */
  line(key: string): readonly Waiting[] {
    return [...(this.#lines.get(key)?.order ?? [])];
  }

  /** Who has waited for it the longest: of all, or of one thread. */
  first(key: string, thread?: number): Waiting | undefined {
    const line = this.#lines.get(key);
    return (thread === undefined ? line?.order : line?.byThread.get(thread))?.first;
  }

  /** A thread has ended, and waits for nothing. */
  forget(thread: number): void {
    for (const request of this.#byThread.get(thread)?.keys() ?? []) this.remove(thread, request);
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
