/** What the broker keeps: the threads and what each of them has, the keys that ids are found by, and who waits for a server. */

import { createHmac, randomBytes } from "node:crypto";

import { KernelError } from "../errors.ts";
import { Sid, type SidWords } from "../ids.ts";
import type { RingSize } from "../ring/layout.ts";
import { wakeBytes } from "../ring/wake.ts";
import { type KernelLimits, kernelThread } from "./protocol.ts";

/** The threads that have joined; and the kernel's own, which no limit counts. */
export class Threads {
  readonly #max: number;
  readonly #entries = new Map<number, ThreadEntry>();
  #next = kernelThread;
  readonly own: ThreadEntry;

  constructor(max: number) {
    this.#max = max;
    this.own = this.#add();
  }

  /** One more, with a number never used again. Fails with `OutOfMemory` if there are as many as may be. */
  join(): ThreadEntry {
    if (this.#entries.size - 1 >= this.#max)
      throw new KernelError("OutOfMemory", "As many threads as may be have joined.", { detail: "threads" });
    return this.#add();
  }

  #add(): ThreadEntry {
    const thread = this.#next;
    this.#next += 1;
    const entry: ThreadEntry = {
      thread,
      wake: new SharedArrayBuffer(wakeBytes),
      servers: new Map(),
      byKey: new Map(),
      byIndex: new Map(),
      cutFrom: new Set(),
    };
    this.#entries.set(thread, entry);
    return entry;
  }

  get(thread: number): ThreadEntry | undefined {
    return this.#entries.get(thread);
  }

  /** The words by which a thread is woken. Fails with `ThreadNotFound` if it has ended. */
  wakeOf(thread: number): SharedArrayBuffer {
    const entry = this.get(thread);
    if (entry === undefined) throw new KernelError("ThreadNotFound", `Thread ${thread} has ended.`);
    return entry.wake;
  }

  delete(thread: number): void {
    this.#entries.delete(thread);
  }

  /** All but the kernel's own. */
  get joined(): ThreadEntry[] {
    return [...this.#entries.values()].filter((one) => one !== this.own);
  }
}

/** A thread that has joined. */
export interface ThreadEntry {
  readonly thread: number;
  readonly wake: SharedArrayBuffer;
  /** Servers by the thread's own number. */
  readonly servers: Map<number, ServerEntry>;
  /** Connections by the key of their id, and by peer and index. */
  readonly byKey: Map<string, ConnectionEntry>;
  readonly byIndex: Map<string, ConnectionEntry>;
  /** Threads with which it shares nothing any more. */
  readonly cutFrom: Set<number>;
}

/** A server, or a narrowed id of one, as the broker knows it. */
export interface ServerEntry {
  /** The broker looks its id up by this: a digest, never the id. */
  readonly key: string;
  readonly thread: number;
  /** Its number in its thread. */
  readonly server: number;
  readonly queueMax: number;
  /** The opcodes that pass; `undefined` is all, and the server itself. */
  readonly opcodes: readonly number[] | undefined;
  /** The number that its thread gave to this narrowed id; `undefined` for the server's own id. */
  readonly narrowed: number | undefined;
  readonly connections: Set<ConnectionEntry>;
  ended: boolean;
}

/** A connection of one thread to one id. */
export interface ConnectionEntry {
  readonly client: number;
  readonly index: number;
  readonly entry: ServerEntry;
  references: number;
}

/** Counts the connections of a thread to the servers of the kernel's own thread. */
export function ownConnections(from: ThreadEntry, own: ThreadEntry): number {
  let count = 0;
  for (const { key } of own.servers.values()) if (from.byKey.has(key)) count += 1;
  return count;
}

/** Returns the key of a peer's entry in the maps of the broker. */
export function at(peer: number, index: number): string {
  return `${peer}:${index}`;
}

/**
 * What ids are looked up by: not their words but a keyed digest of them, so that the time that a look-up takes tells
 * nothing of how near a guess was. Words in a table's key would: the engine remembers the numbers that it wrote last, and
 * compares texts from their beginning.
 */
export class SidKeys {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array = randomBytes(32)) {
    this.#secret = secret;
  }

  /** Fails with `InvalidArgument` if these are not the words of an id. */
  of(words: SidWords): string {
    return createHmac("sha256", this.#secret)
      .update(Sid.bytes(Sid.from(words)))
      .digest("base64");
  }
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

/** One that waits for a server: for one with an id, or for one with a name. */
interface Waiting {
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

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/**
 * Things in the order they came, any of which can leave. Finding the first takes no time however many have left before
 * it: a set alone would look again and again at where they were.
 */
class Line<T> {
  readonly #set = new Set<T>();
  #ahead: IterableIterator<T> = this.#set.values();
  #first: T | undefined;

  get size(): number {
    return this.#set.size;
  }

  get first(): T | undefined {
    if (this.#set.size === 0) return undefined;
    while (this.#first === undefined || !this.#set.has(this.#first)) {
      const next = this.#ahead.next();
      if (next.done === true) this.#ahead = this.#set.values();
      else this.#first = next.value;
    }
    return this.#first;
  }

  add(one: T): void {
    this.#set.add(one);
  }

  delete(one: T): void {
    this.#set.delete(one);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#set.values();
  }
}

/** Limits, and the size of the rings between threads. */
export interface BrokerOptions extends Partial<KernelLimits> {
  /** Slots (a power of two) and bytes in line (a power of two) of a ring. @default 128 slots, 16384 bytes */
  readonly ring?: Partial<RingSize> | undefined;
}

/** Every limit, with its default where it is not given. */
export function limitsOf({
  threadsMax = 256,
  serversMax = 16_384,
  connectionsMax = 16_384,
  waitersMax = 131_072,
  namesMax = 1_024,
}: BrokerOptions): KernelLimits {
  return { threadsMax, serversMax, connectionsMax, waitersMax, namesMax };
}

export function ringOf({ ring }: BrokerOptions): RingSize {
  return { slots: ring?.slots ?? 128, bytes: ring?.bytes ?? 16_384 };
}
