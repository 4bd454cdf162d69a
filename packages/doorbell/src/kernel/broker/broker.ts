import { KernelError, type KernelErrorCode } from "../errors.ts";
import type { RingSize } from "../ring/layout.ts";
import { BrokerLanes, type LanePowers } from "./lanes.ts";
import { Naming } from "./names.ts";
import { type KernelLimits, type KernelReport, kernelThread, type ServerReport, type ToBroker } from "./protocol.ts";
import {
  at,
  type BrokerOptions,
  type ConnectionEntry,
  limitsOf,
  ownConnections,
  ringOf,
  type ServerEntry,
  SidKeys,
  type ThreadEntry,
  Threads,
  Waiters,
} from "./tables.ts";

/** The powers over the outside world that the broker needs. */
interface BrokerPowers extends LanePowers {
  /** Runs it in a later turn of the event loop. */
  later(run: () => void): void;
}

/**
 * The kernel's own part: it knows all threads, servers and connections, and brings client and server together. It does
 * no I/O and waits for nothing; messages between threads do not pass through it.
 */
export class Broker {
  readonly limits: KernelLimits;
  readonly ring: RingSize;
  /** Names, and connections by them: what the name server asks. */
  readonly naming: Naming;
  readonly #powers: LanePowers;
  readonly #lanes: BrokerLanes;
  readonly #forwarding: BrokerForwarding;
  readonly #keys: SidKeys = new SidKeys();
  readonly #threads: Threads;
  readonly #entries = new Map<string, ServerEntry>();
  readonly #waiters = new Waiters();
  #cut = 0;

  constructor(powers: BrokerPowers, options: BrokerOptions = {}) {
    this.limits = limitsOf(options);
    this.ring = ringOf(options);
    this.#powers = powers;
    this.#lanes = new BrokerLanes(powers, this.ring);
    this.#threads = new Threads(this.limits.threadsMax);
    this.#forwarding = new BrokerForwarding(powers, this.#lanes, this.#threads);
    this.naming = new Naming({
      limits: this.limits,
      keys: this.#keys,
      waiters: this.#waiters,
      thread: (thread) => this.#threads.get(thread),
      open: (to, request, entry) => this.#open(to, request, entry),
      fail: (to, request, code, detail) => this.#fail(to, request, code, detail),
      later: (run) => powers.later(run),
    });
  }

  /** Serves a request of a thread, save to invite and to leave, which are the carrier's. Fails only if the request is of no known shape: then the thread is not to be heard any more. */
  receive(thread: number, message: ToBroker): void {
    const from = this.#threads.get(thread);
    if (from === undefined) return;
    this.#receive(thread, from, message);
    this.naming.serve();
  }

  #receive(thread: number, from: ThreadEntry, message: ToBroker): void {
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
      case "cancel":
        return this.naming.cancel(thread, message.request);
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
        return this.#forwarding.introduce(thread, message);
      case "passed":
        return this.#forwarding.passed(thread, message);
      case "quarantine":
        return this.#quarantine(thread, message.peer);
      case "inspect": {
        const result = reportOn(this.#threads, this.#entries, this.#lanes, {
          names: this.naming.size,
          dropped: this.naming.dropped(),
          waiting: this.#waiters.size,
          quarantined: this.#cut,
        });
        return this.#powers.post(thread, { type: "done", request: message.request, result });
      }
      default:
        throw new KernelError("InvalidArgument", "That is nothing that a thread can ask.");
    }
  }

  /** A thread joins: its number, never used again. Fails with `OutOfMemory` if there are as many as may be. */
  join(): number {
    return this.#threads.join().thread;
  }

  wakeOf(thread: number): SharedArrayBuffer {
    return this.#threads.wakeOf(thread);
  }

  /** A thread has ended, however: its servers and connections end with it. */
  gone(thread: number): void {
    const entry = this.#threads.get(thread);
    if (entry === undefined) return;
    this.#waiters.forget(thread);
    for (const peer of this.#lanes.peersOf(thread)) this.#part(thread, peer);
    this.#lanes.remove(thread, thread);
    for (const server of this.#entries.values()) {
      if (server.thread !== thread) continue;
      this.naming.ended(server);
      this.#entries.delete(server.key);
    }
    this.#threads.delete(thread);
    this.naming.serve();
  }

  #createServer(from: ThreadEntry, { request, server, sid, queueMax }: Of<"createServer">): void {
    if (from.servers.has(server)) throw new KernelError("InvalidArgument", "A thread numbers each server once.");
    const entry = this.#newEntry(from, request, {
      key: this.#keys.of(sid),
      thread: from.thread,
      server,
      queueMax,
      opcodes: undefined,
      narrowed: undefined,
      connections: new Set(),
      ended: false,
    });
    if (entry === undefined) return;
    from.servers.set(server, entry);
    this.#powers.post(from.thread, { type: "done", request });
    this.#answerWaiting(entry);
  }

  #narrow(from: ThreadEntry, { request, server, sid, opcodes, narrowed }: Of<"narrow">): void {
    const whole = from.servers.get(server);
    if (whole === undefined) return this.#fail(from, request, "ServerNotFound", "");
    const entry = this.#newEntry(from, request, {
      ...whole,
      key: this.#keys.of(sid),
      opcodes: [...new Set(opcodes)],
      narrowed,
      connections: new Set(),
    });
    if (entry === undefined) return;
    this.#powers.post(from.thread, { type: "done", request });
    this.#answerWaiting(entry);
  }

  #newEntry(from: ThreadEntry, request: number, entry: ServerEntry): ServerEntry | undefined {
    if (this.#entries.has(entry.key)) this.#fail(from, request, "ServerExists", "");
    else if (this.#entries.size - this.#threads.own.servers.size >= this.limits.serversMax)
      this.#fail(from, request, "OutOfMemory", "servers");
    else {
      this.#entries.set(entry.key, entry);
      return entry;
    }
    return undefined;
  }

  #answerWaiting(entry: ServerEntry): void {
    for (const { thread, request } of this.#waiters.line(entry.key)) {
      this.#waiters.remove(thread, request);
      const to = this.#threads.get(thread);
      if (to !== undefined) this.#open(to, request, entry);
    }
  }

  #connect(from: ThreadEntry, { request, sid, wait }: Of<"connect">): void {
    const key = this.#keys.of(sid);
    const entry = this.#entries.get(key);
    if (entry !== undefined) return this.#open(from, request, entry);
    if (!wait) return this.#fail(from, request, "ServerNotFound", "");
    if (this.#waiters.has(from.thread, request))
      throw new KernelError("InvalidArgument", "A thread numbers each of its requests once.");
    if (this.#waiters.size >= this.limits.waitersMax) return this.#fail(from, request, "OutOfMemory", "waiters");
    return this.#waiters.add({ thread: from.thread, request, key });
  }

  #open(from: ThreadEntry, request: number, entry: ServerEntry): void {
    const { thread: peer, queueMax, opcodes, narrowed, server } = entry;
    if (from.cutFrom.has(peer)) return this.#fail(from, request, "ServerNotFound", "");
    let connection = from.byKey.get(entry.key);
    if (connection === undefined) {
      if (
        peer !== kernelThread &&
        from.byIndex.size - ownConnections(from, this.#threads.own) >= this.limits.connectionsMax
      )
        return this.#fail(from, request, "OutOfMemory", "connections");
      const index = this.#lanes.take(from.thread, peer, (thread) => this.wakeOf(thread));
      connection = { client: from.thread, index, entry, references: 0 };
      from.byKey.set(entry.key, connection);
      from.byIndex.set(at(peer, index), connection);
      entry.connections.add(connection);
      this.#powers.post(peer, { type: "opened", peer: from.thread, connection: index, server, opcodes, narrowed });
      this.naming.connected(entry, from.thread);
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
    this.naming.disconnected(entry);
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
    this.naming.ended(entry);
    this.#entries.delete(entry.key);
    for (const connection of entry.connections) {
      const client = this.#threads.get(connection.client);
      // The id may be taken by another server, to which this connection does not lead.
      if (client?.byKey.get(entry.key) === connection) client.byKey.delete(entry.key);
      this.#powers.post(connection.client, { type: "gone", peer: entry.thread, connection: connection.index });
    }
  }

  #quarantine(accuser: number, accused: number): void {
    if (accuser === accused || !this.#lanes.have(accuser, accused)) return;
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

  #fail(to: ThreadEntry, request: number, code: KernelErrorCode, detail: string): void {
    this.#powers.post(to.thread, { type: "failed", request, code, detail });
  }
}

type Of<T extends ToBroker["type"]> = Extract<ToBroker, { type: T }>;

/** What the broker does for those who pass calls on. It gives nobody a right. */
class BrokerForwarding {
  readonly #powers: LanePowers;
  readonly #lanes: BrokerLanes;
  readonly #threads: Threads;

  constructor(powers: LanePowers, lanes: BrokerLanes, threads: Threads) {
    this.#powers = powers;
    this.#lanes = lanes;
    this.#threads = threads;
  }

  /** Lays a lane between two threads that both have one to a third, which passes calls on. */
  introduce(from: number, { request, client, server }: Of<"introduce">): void {
    const known = client !== server && this.#lanes.have(from, client) && this.#lanes.have(from, server);
    if (!known || this.#threads.get(client)?.cutFrom.has(server) === true)
      return this.#powers.post(from, { type: "failed", request, code: "ServerNotFound", detail: "" });
    this.#lanes.introduce(client, server, (thread) => this.#threads.wakeOf(thread));
    return this.#powers.post(from, { type: "done", request });
  }

  /** What a thread tells another of a call. Whether it is true the other knows by the key. */
  passed(from: number, { peer, call, key, depth, holder }: Of<"passed">): void {
    for (const number of [call, key, depth, holder])
      if (typeof number !== "number") throw new KernelError("InvalidArgument", "A call is told of in numbers.");
    if (from !== peer && this.#lanes.have(from, peer))
      this.#powers.post(peer, { type: "passed", call, key, depth, holder });
  }
}

/** What there is: numbers only, no id and no name. What is the kernel's own is told apart. */
function reportOn(
  { joined, own }: Threads,
  entries: ReadonlyMap<string, ServerEntry>,
  lanes: BrokerLanes,
  counts: Pick<KernelReport, "names" | "dropped" | "waiting" | "quarantined">,
): KernelReport {
  const servers = [...entries.values()].map((entry) => serverReport(entry, lanes));
  return {
    threads: joined.map((one) => ({
      thread: one.thread,
      servers: one.servers.size,
      connections: one.byIndex.size - ownConnections(one, own),
      lanes: lanes.peersOf(one.thread).length,
    })),
    servers: servers.filter(({ thread }) => thread !== kernelThread),
    own: servers.filter(({ thread }) => thread === kernelThread),
    ...counts,
  };
}

function serverReport(entry: ServerEntry, lanes: BrokerLanes): ServerReport {
  const connections = [...entry.connections].map(({ client, index }) => ({
    thread: client,
    queued: lanes.queued(client, entry.thread, index, entry.queueMax),
  }));
  return {
    thread: entry.thread,
    server: entry.server,
    narrowed: entry.opcodes !== undefined,
    queueMax: entry.queueMax,
    queued: connections.reduce((sum, { queued }) => sum + queued, 0),
    connections,
  };
}
