import type { KernelErrorCode } from "../errors.ts";
import { isName, type SidWords } from "../ids.ts";
import type { KernelLimits } from "./protocol.ts";
import type { ServerEntry, SidKeys, ThreadEntry, Waiters } from "./tables.ts";

/** So many waiting connections are made in a row; then whatever else the kernel was asked has its turn. */
const inARowMax = 1_024;

/** The greatest limit on a name's connections: as many threads as there can be. */
const limitMax = 2 ** 24;

/** What names need of the broker. */
interface NamingHost {
  readonly limits: KernelLimits;
  readonly keys: SidKeys;
  readonly waiters: Waiters;
  thread(thread: number): ThreadEntry | undefined;
  /** Connects a thread, or says why not, in reply to its request. */
  open(to: ThreadEntry, request: number, entry: ServerEntry): void;
  fail(to: ThreadEntry, request: number, code: KernelErrorCode, detail: string): void;
  /** Runs it in a later turn of the event loop. */
  later(run: () => void): void;
}

/**
 * What the name server does, on the broker's tables: binds names, and makes connections by them. It answers with codes
 * alone, and takes nothing from a thread but numbers of that thread's own, a name, and an id to be looked up.
 */
export class Naming {
  readonly #host: NamingHost;
  readonly #names = new NameTable();
  /** Names with a line to be looked at, and the threads connected since: who waits there is connected at once. */
  readonly #due = new Map<string, Set<number>>();
  #isLater = false;
  /** How many messages to the name server were nothing that it is asked. */
  dropped: () => number = () => 0;

  constructor(host: NamingHost) {
    this.#host = host;
  }

  /** How many names there are. */
  get size(): number {
    return this.#names.size;
  }

  get allFull(): boolean {
    return this.#names.allFull;
  }

  /** Binds a name to a server of this thread; or says why not, having done nothing. */
  register(
    thread: number,
    server: number,
    name: string,
    limit: number | null,
  ): "ServerNotFound" | "ServerExists" | "OutOfMemory" | "InvalidString" | "InvalidArgument" | undefined {
    const entry = this.#host.thread(thread)?.servers.get(server);
    if (entry === undefined) return "ServerNotFound";
    if (!isName(name)) return "InvalidString";
    if ((limit !== null && !(limit >= 1 && limit <= limitMax)) || this.#names.of(entry) !== undefined)
      return "InvalidArgument";
    if (this.#names.get(name) !== undefined) return "ServerExists";
    if (this.#names.size >= this.#host.limits.namesMax) return "OutOfMemory";
    this.#names.add({ name, entry, limit });
    this.#look(name);
    this.serve();
    return undefined;
  }

  /** Frees the name of the server with this id. Whose id it is not cannot tell whether there is such a name. */
  unregister(name: string, sid: SidWords): "NotFound" | undefined {
    const key = this.#host.keys.of(sid);
    const named = this.#names.get(name);
    if (named?.entry.key !== key) return "NotFound";
    this.#names.remove(named);
    return undefined;
  }

  /** Connects the thread in reply to its request: now, or once there is such a name with room. */
  connect(thread: number, request: number, name: string, wait: boolean): void {
    const { waiters, limits } = this.#host;
    const to = this.#host.thread(thread);
    // A number that waits already is answered once, when what waits by it is.
    if (to === undefined || waiters.has(thread, request)) return undefined;
    if (!isName(name)) return this.#host.fail(to, request, "InvalidString", "");
    const named = this.#names.get(name);
    const key = keyOf(name);
    if (named !== undefined && this.#mayNow(to, named, key)) {
      this.#host.open(to, request, named.entry);
      return this.serve();
    }
    if (!wait) return this.#host.fail(to, request, named === undefined ? "NotFound" : "LimitReached", "");
    if (waiters.size >= limits.waitersMax) return this.#host.fail(to, request, "OutOfMemory", "waiters");
    return waiters.add({ thread, request, key });
  }

  /** A place is for those in line first; a thread that is connected has its place. */
  #mayNow(to: ThreadEntry, named: Named, key: string): boolean {
    if (to.byKey.has(named.entry.key) || named.limit === null) return true;
    return hasRoom(named) && !this.#host.waiters.hasLine(key);
  }

  /** Nobody waits for the reply to this request any more. */
  cancel(thread: number, request: number): void {
    const to = this.#host.thread(thread);
    if (to !== undefined && this.#host.waiters.remove(thread, request)) this.#host.fail(to, request, "Timeout", "");
  }

  /** A thread was connected to a server, by whatever way. */
  connected(entry: ServerEntry, thread: number): void {
    const named = this.#names.of(entry);
    if (named === undefined) return;
    this.#names.noteConnections(named);
    this.#look(named.name)?.add(thread);
  }

  /** A thread is not connected any more. */
  disconnected(entry: ServerEntry): void {
    const named = this.#names.of(entry);
    if (named === undefined) return;
    this.#names.noteConnections(named);
    this.#look(named.name);
  }

  /** A server has ended: its name is free, and who waits for it stays waiting. */
  ended(entry: ServerEntry): void {
    const named = this.#names.of(entry);
    if (named !== undefined) this.#names.remove(named);
  }

  /** Somebody in the name's line, if there is one, may have a place by now. */
  #look(name: string): Set<number> | undefined {
    if (!this.#host.waiters.hasLine(keyOf(name))) return undefined;
    let connected = this.#due.get(name);
    if (connected === undefined) this.#due.set(name, (connected = new Set()));
    return connected;
  }

  /** Connects those in line who have a place by now: to be called after whatever can have made one. */
  serve(): void {
    if (this.#isLater) return;
    let left = inARowMax;
    for (const [name, connected] of this.#due) {
      for (let next = this.#next(name, connected); next !== undefined; next = this.#next(name, connected)) {
        if (left === 0) return this.#serveLater();
        left -= 1;
        this.#host.waiters.remove(next.to.thread, next.request);
        this.#host.open(next.to, next.request, next.entry);
      }
      this.#due.delete(name);
    }
  }

  #serveLater(): void {
    this.#isLater = true;
    this.#host.later(() => {
      this.#isLater = false;
      this.serve();
    });
  }

  /** Who is to be connected next: any request of a thread that is connected, else the first in line if there is room. */
  #next(
    name: string,
    connected: Set<number>,
  ): { readonly to: ThreadEntry; readonly request: number; readonly entry: ServerEntry } | undefined {
    const named = this.#names.get(name);
    if (named === undefined) return undefined;
    const { entry } = named;
    const { waiters } = this.#host;
    const key = keyOf(name);
    for (const thread of connected) {
      const to = this.#host.thread(thread);
      const waiting = waiters.first(key, thread);
      if (to?.byKey.has(entry.key) === true && waiting !== undefined) return { to, request: waiting.request, entry };
      connected.delete(thread);
    }
    const first = hasRoom(named) ? waiters.first(key) : undefined;
    const to = first === undefined ? undefined : this.#host.thread(first.thread);
    return first === undefined || to === undefined ? undefined : { to, request: first.request, entry };
  }
}

/**
 * The table of names. How many threads are connected is not kept beside it but looked up where it is so: the entry's own
 * connections. So the count cannot be wrong, and whoever holds the id and connects by that counts as well.
 */
class NameTable {
  readonly #byName = new Map<string, Named>();
  readonly #byEntry = new Map<ServerEntry, Named>();
  /** The limited names to which not just as many threads are connected as may be. */
  readonly #notFull = new Set<Named>();

  get size(): number {
    return this.#byName.size;
  }

  /** Whether to every limited name just as many threads are connected as may be. */
  get allFull(): boolean {
    return this.#notFull.size === 0;
  }

  get(name: string): Named | undefined {
    return this.#byName.get(name);
  }

  /** The name of a server, if it has one. */
  of(entry: ServerEntry): Named | undefined {
    return this.#byEntry.get(entry);
  }

  /** The name must be free, and the server without one. */
  add(named: Named): void {
    this.#byName.set(named.name, named);
    this.#byEntry.set(named.entry, named);
    this.noteConnections(named);
  }

  /** The name is free. */
  remove(named: Named): void {
    this.#byName.delete(named.name);
    this.#byEntry.delete(named.entry);
    this.#notFull.delete(named);
  }

  /** To be called when a connection to it was made, or ended. */
  noteConnections(named: Named): void {
    if (named.limit === null || named.entry.connections.size === named.limit) this.#notFull.delete(named);
    else this.#notFull.add(named);
  }
}

/** A name, and what it leads to. */
interface Named {
  readonly name: string;
  readonly entry: ServerEntry;
  /** How many threads may be connected; `null` is no limit. */
  readonly limit: number | null;
}

/** Whether one more thread may be connected. */
function hasRoom({ entry, limit }: Named): boolean {
  return limit === null || entry.connections.size < limit;
}

/** What a name's line is found by: no digest has a space. */
function keyOf(name: string): string {
  return `name ${name}`;
}
