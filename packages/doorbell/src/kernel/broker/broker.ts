import { KernelError } from "../errors.ts";
import { type RingSize, wakeBytes } from "../ring/index.ts";
import { at, type ConnectionEntry, type ServerEntry, type ThreadEntry, type Waiting } from "./entries.ts";
import { BrokerLanes, type LanePowers } from "./lanes.ts";
import type { KernelLimits, ToBroker } from "./protocol.ts";
import { reportOn } from "./report.ts";
import { SidKeys } from "./sid-keys.ts";

/** Limits, and the size of the rings between threads. */
export interface BrokerOptions extends Partial<KernelLimits> {
  /** Slots (a power of two) and bytes in line (a power of two) of a ring. @default 128 slots, 16384 bytes */
  readonly ring?: Partial<RingSize> | undefined;
}

type Of<T extends ToBroker["type"]> = Extract<ToBroker, { type: T }>;

/**
 * The kernel's own part: it knows all threads, servers and connections, and brings client and server together. It does
 * no I/O and waits for nothing; messages between threads do not pass through it.
 */
export class Broker {
  readonly limits: KernelLimits;
  readonly ring: RingSize;
  readonly #powers: LanePowers;
  readonly #lanes: BrokerLanes;
  readonly #keys: SidKeys = new SidKeys();
  readonly #threads = new Map<number, ThreadEntry>();
  readonly #entries = new Map<string, ServerEntry>();
  /** Who waits for a server, by its key, in the order they came. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #waitingCount = 0;
  #nextThread = 1;
  #cut = 0;

  constructor(powers: LanePowers, options: BrokerOptions = {}) {
    const { threadsMax = 256, serversMax = 16_384, connectionsMax = 16_384, waitersMax = 131_072, ring } = options;
    this.limits = { threadsMax, serversMax, connectionsMax, waitersMax };
    this.ring = { slots: ring?.slots ?? 128, bytes: ring?.bytes ?? 16_384 };
    this.#powers = powers;
    this.#lanes = new BrokerLanes(powers, this.ring);
  }

  /** A thread joins: its number, never used again. Fails with `OutOfMemory` if there are as many as may be. */
  join(): number {
    if (this.#threads.size >= this.limits.threadsMax) {
      throw new KernelError("OutOfMemory", "As many threads as may be have joined.", { detail: "threads" });
    }
    const thread = this.#nextThread;
    this.#nextThread += 1;
    const wake = new SharedArrayBuffer(wakeBytes);
    this.#threads.set(thread, {
      thread,
      wake,
      servers: new Map(),
      byKey: new Map(),
      byIndex: new Map(),
      waiting: new Map(),
      cutFrom: new Set(),
    });
    return thread;
  }

  wakeOf(thread: number): SharedArrayBuffer {
    const entry = this.#threads.get(thread);
    if (entry === undefined) throw new KernelError("ThreadNotFound", `Thread ${thread} has ended.`);
    return entry.wake;
  }

  /** What a thread asks, save to invite and to leave, which are the carrier's. Fails only if what it asks is of no known shape: then it is not to be heard any more. */
  receive(thread: number, message: ToBroker): void {
    const from = this.#threads.get(thread);
    if (from === undefined) return;
    switch (message.type) {
      case "createServer":
        return this.#createServer(from, message);
      case "narrow":
        return this.#narrow(from, message);
      case "destroyServer":
        return this.#destroy(from.servers.get(message.server));
      case "revoke": {
        const entry = this.#entries.get(this.#keys.of(message.sid));
        // Only its own, and only a narrowed one.
        return entry?.thread === thread && entry.opcodes !== undefined ? this.#endEntry(entry) : undefined;
      }
      case "connect":
        return this.#connect(from, message);
      case "cancel": {
        const waiting = from.waiting.get(message.request);
        this.#unwait(waiting);
        return waiting === undefined ? undefined : this.#fail(from, message.request, "Timeout", "");
      }
      case "reference": {
        const connection = from.byIndex.get(at(message.peer, message.connection));
        if (connection !== undefined) connection.references += 1;
        return undefined;
      }
      case "disconnect":
        return this.#disconnect(from, message);
      case "released":
        return this.#lanes.release(message.peer, thread, message.connection);
      case "denied": {
        const connection = from.byIndex.get(at(message.peer, message.connection));
        if (connection === undefined || connection.entry.ended) return undefined;
        return this.#powers.post(message.peer, { type: "denied", peer: thread, connection: message.connection });
      }
      case "introduce":
        return this.#introduce(from, message);
      case "quarantine":
        return this.#quarantine(thread, message.peer);
      case "inspect": {
        const result = reportOn(this.#threads, this.#entries, this.#lanes, this.#waitingCount, this.#cut);
        return this.#powers.post(thread, { type: "done", request: message.request, result });
      }
      default:
        throw new KernelError("InvalidArgument", "That is nothing that a thread can ask.");
    }
  }

  #createServer(from: ThreadEntry, { request, server, sid, queueMax }: Of<"createServer">): void {
    if (from.servers.has(server)) throw new KernelError("InvalidArgument", "A thread numbers each server once.");
    const entry = this.#newEntry(from, request, {
      key: this.#keys.of(sid),
      thread: from.thread,
      server,
      queueMax,
      opcodes: undefined,
      connections: new Set(),
      ended: false,
    });
    if (entry === undefined) return;
    from.servers.set(server, entry);
    this.#powers.post(from.thread, { type: "done", request });
    this.#answerWaiting(entry);
  }

  #narrow(from: ThreadEntry, { request, server, sid, opcodes }: Of<"narrow">): void {
    const whole = from.servers.get(server);
    if (whole === undefined) return this.#fail(from, request, "ServerNotFound", "");
    const entry = this.#newEntry(from, request, {
      ...whole,
      key: this.#keys.of(sid),
      opcodes: [...new Set(opcodes)],
      connections: new Set(),
    });
    if (entry === undefined) return;
    this.#powers.post(from.thread, { type: "done", request });
    this.#answerWaiting(entry);
  }

  #newEntry(from: ThreadEntry, request: number, entry: ServerEntry): ServerEntry | undefined {
    if (this.#entries.has(entry.key)) this.#fail(from, request, "ServerExists", "");
    else if (this.#entries.size >= this.limits.serversMax) this.#fail(from, request, "OutOfMemory", "servers");
    else {
      this.#entries.set(entry.key, entry);
      return entry;
    }
    return undefined;
  }

  #answerWaiting(entry: ServerEntry): void {
    for (const waiting of this.#waiting.get(entry.key) ?? []) {
      const thread = this.#threads.get(waiting.thread);
      this.#unwait(waiting);
      if (thread !== undefined) this.#open(thread, waiting.request, entry);
    }
  }

  #connect(from: ThreadEntry, { request, sid, wait }: Of<"connect">): void {
    const key = this.#keys.of(sid);
    const entry = this.#entries.get(key);
    if (entry !== undefined) return this.#open(from, request, entry);
    if (!wait) return this.#fail(from, request, "ServerNotFound", "");
    if (this.#waitingCount >= this.limits.waitersMax) return this.#fail(from, request, "OutOfMemory", "waiters");
    const waiting: Waiting = { thread: from.thread, request, key };
    const line = this.#waiting.get(key);
    if (line === undefined) this.#waiting.set(key, new Set([waiting]));
    else line.add(waiting);
    from.waiting.set(request, waiting);
    this.#waitingCount += 1;
    return undefined;
  }

  #unwait(waiting: Waiting | undefined): void {
    if (waiting === undefined) return;
    const line = this.#waiting.get(waiting.key);
    if (line?.delete(waiting) !== true) return;
    this.#waitingCount -= 1;
    if (line.size === 0) this.#waiting.delete(waiting.key);
    this.#threads.get(waiting.thread)?.waiting.delete(waiting.request);
  }

  #open(from: ThreadEntry, request: number, entry: ServerEntry): void {
    const { thread: peer, queueMax, opcodes, server } = entry;
    if (from.cutFrom.has(peer)) return this.#fail(from, request, "ServerNotFound", "");
    let connection = from.byKey.get(entry.key);
    if (connection === undefined) {
      if (from.byIndex.size >= this.limits.connectionsMax)
        return this.#fail(from, request, "OutOfMemory", "connections");
      const index = this.#lanes.take(from.thread, peer, (thread) => this.wakeOf(thread));
      connection = { client: from.thread, index, entry, references: 0 };
      from.byKey.set(entry.key, connection);
      from.byIndex.set(at(peer, index), connection);
      entry.connections.add(connection);
      this.#powers.post(peer, { type: "opened", peer: from.thread, connection: index, server, opcodes });
    }
    connection.references += 1;
    return this.#powers.post(from.thread, {
      type: "connected",
      request,
      peer,
      connection: connection.index,
      queueMax,
      opcodes,
    });
  }

  #disconnect(from: ThreadEntry, { peer, connection: index }: Of<"disconnect">): void {
    const connection = from.byIndex.get(at(peer, index));
    if (connection === undefined) return;
    connection.references -= 1;
    if (connection.references > 0) return;
    this.#forget(from, connection);
    this.#powers.post(peer, { type: "closed", peer: from.thread, connection: index });
  }

  #forget(client: ThreadEntry, connection: ConnectionEntry): void {
    const { entry, index } = connection;
    client.byIndex.delete(at(entry.thread, index));
    if (client.byKey.get(entry.key) === connection) client.byKey.delete(entry.key);
    entry.connections.delete(connection);
  }

  #destroy(entry: ServerEntry | undefined): void {
    if (entry === undefined) return;
    for (const other of this.#entries.values()) {
      if (other.thread === entry.thread && other.server === entry.server && other !== entry) this.#endEntry(other);
    }
    this.#endEntry(entry);
    this.#threads.get(entry.thread)?.servers.delete(entry.server);
  }

  /** An id is no more: its clients are told, and give their references back. */
  #endEntry(entry: ServerEntry): void {
    entry.ended = true;
    this.#entries.delete(entry.key);
    for (const connection of entry.connections) {
      const client = this.#threads.get(connection.client);
      // The id may be taken by another server, to which this connection does not lead.
      if (client?.byKey.get(entry.key) === connection) client.byKey.delete(entry.key);
      this.#powers.post(connection.client, { type: "gone", peer: entry.thread, connection: connection.index });
    }
  }

  /** Lays a lane between two threads that both have one to a third, which passes calls on. It gives neither any right. */
  #introduce(from: ThreadEntry, { request, client, server }: Of<"introduce">): void {
    const peers = this.#lanes.peersOf(from.thread);
    const known = client !== server && peers.includes(client) && peers.includes(server);
    if (!known || this.#threads.get(client)?.cutFrom.has(server) === true)
      return this.#fail(from, request, "ServerNotFound", "");
    this.#lanes.introduce(client, server, (thread) => this.wakeOf(thread));
    return this.#powers.post(from.thread, { type: "done", request });
  }

  #quarantine(accuser: number, accused: number): void {
    if (accuser === accused || !this.#lanes.peersOf(accuser).includes(accused)) return;
    this.#cut += 1;
    this.#threads.get(accuser)?.cutFrom.add(accused);
    this.#threads.get(accused)?.cutFrom.add(accuser);
    this.#part(accuser, accused);
    this.#powers.post(accuser, { type: "peerGone", peer: accused });
  }

  /** Ends the lane between two threads, and every connection that used it; tells the second. */
  #part(one: number, other: number): void {
    this.#lanes.remove(one, other);
    for (const [client, server] of [
      [one, other],
      [other, one],
    ] as const) {
      const thread = this.#threads.get(client);
      for (const connection of thread?.byIndex.values() ?? []) {
        if (thread !== undefined && connection.entry.thread === server) this.#forget(thread, connection);
      }
    }
    this.#powers.post(other, { type: "peerGone", peer: one });
  }

  /** A thread has ended, however: its servers and connections end with it. */
  gone(thread: number): void {
    const entry = this.#threads.get(thread);
    if (entry === undefined) return;
    for (const waiting of entry.waiting.values()) this.#unwait(waiting);
    for (const peer of this.#lanes.peersOf(thread)) this.#part(thread, peer);
    this.#lanes.remove(thread, thread);
    for (const server of this.#entries.values()) if (server.thread === thread) this.#entries.delete(server.key);
    this.#threads.delete(thread);
  }

  #fail(
    to: ThreadEntry,
    request: number,
    code: "ServerNotFound" | "ServerExists" | "OutOfMemory" | "Timeout",
    detail: string,
  ): void {
    this.#powers.post(to.thread, { type: "failed", request, code, detail });
  }
}
