import type { ToThread } from "../broker/protocol.ts";
import { KernelError, type KernelErrorCode } from "../errors.ts";
import type { Failure } from "../types.ts";
import { Completion } from "./completion.ts";
import { Incoming, Outgoing, type RemoteLane, type Request, type ThreadContext } from "./contracts.ts";

/**
 * How far a generation is shifted to make room for the slot: a cid is its slot and its slot's generation. There are
 * twice as many slots as a thread's limit on connections can be: those to the kernel's own servers are not counted.
 */
const cidSlots = 2 ** 21;

/** The control line: what is asked of the broker, and what it tells. */
export class Control {
  readonly #context: ThreadContext;
  readonly #requests = new Map<number, Completion<unknown>>();
  readonly #postponed: ToThread[] = [];
  readonly #work: (() => void)[] = [];
  #isHandling = false;
  #nextRequest = 1;
  readonly #freeSlots: number[] = [];
  readonly #slotGenerations: number[] = [];

  constructor(context: ThreadContext) {
    this.#context = context;
  }

  /** Asks the broker; the reply ends the completion. */
  ask<T>(request: Request, transfer?: readonly unknown[]): { readonly number: number; readonly reply: Completion<T> } {
    const { number, reply } = this.expect<T>();
    if (reply.pending) this.#context.powers.post({ ...request, request: number }, transfer);
    return { number, reply };
  }

  /** A number for a request that goes another way; the reply to it comes by the control line, and ends the completion. */
  expect<T>(): { readonly number: number; readonly reply: Completion<T> } {
    const number = this.#nextRequest;
    this.#nextRequest += 1;
    const reply = new Completion<unknown>();
    if (this.#context.left.pending) this.#requests.set(number, reply);
    else reply.reject(kernelEnded());
    return { number, reply: reply as Completion<T> };
  }

  /** What was expected was never asked: no reply will come. */
  unasked(number: number, error: unknown): void {
    this.#reply(number)?.reject(error);
  }

  /** Gives a request up: if it is a connect that succeeds all the same, the connection is given back. */
  cancel(request: number): void {
    this.#context.powers.post({ type: "cancel", request });
  }

  /** Whether the broker has posted something that was not taken. */
  get hasNews(): boolean {
    return this.#postponed.length > 0 || this.#work.length > 0 || this.#context.wake.controlChanged;
  }

  /** Takes all that the broker has posted; whether there was anything. */
  drain(): boolean {
    this.#context.wake.noteControl();
    let any = this.#work.length > 0;
    for (const work of this.#work.splice(0)) work();
    const next = (): ToThread | undefined => this.#postponed.shift() ?? this.#context.powers.take();
    for (let message = next(); message !== undefined; message = next()) {
      any = true;
      this.#handle(message);
    }
    return any;
  }

  /**
   * Takes what is new, for something that arrives and speaks of it: lanes, and connections to servers of this thread. All
   * else waits for {@link settle}: the end of a lane, or of a connection, must not come in the middle of what arrives by it.
   */
  drainNew(): void {
    this.#context.wake.noteControl();
    for (let message = this.#context.powers.take(); message !== undefined; message = this.#context.powers.take()) {
      if (message.type === "lane" || message.type === "page" || message.type === "opened") this.#handle(message);
      else this.#postponed.push(message);
    }
    // If nothing arrives that settles it, a turn does.
    if (this.#postponed.length > 0) this.#context.sleeper.soon();
  }

  /** Takes what waited until something had arrived. */
  settle(): void {
    if (this.#isHandling) return;
    for (let message = this.#postponed.shift(); message !== undefined; message = this.#postponed.shift())
      this.#handle(message);
  }

  /** Does this before the broker's next news is taken. */
  postpone(work: () => void): void {
    this.#work.push(work);
    this.#context.sleeper.soon();
  }

  /** Takes something that the broker has posted just now. */
  handle(message: ToThread): void {
    this.settle();
    this.#handle(message);
  }

  /** What is heard meanwhile waits: one end is dealt with before the next news. */
  #handle(message: ToThread): void {
    const before = this.#isHandling;
    this.#isHandling = true;
    try {
      this.#take(message);
    } finally {
      this.#isHandling = before;
    }
  }

  #take(message: ToThread): void {
    switch (message.type) {
      case "done":
        return this.#reply(message.request)?.resolve(message.result);
      case "failed":
        return this.#reply(message.request)?.reject(refusal(message.code, message.detail));
      case "connected":
        return this.#connected(message);
      case "lane":
        return this.#lane(message);
      case "page":
        return this.#context.lanes.remote(message.peer)?.addPage(message.out, message.shared);
      case "opened":
        return this.#opened(message);
      case "closed":
        return this.#closed(message);
      case "denied": {
        const incoming = this.#context.lanes.get(message.peer)?.incoming[message.connection];
        if (incoming !== undefined) incoming.server.denied += 1;
        return undefined;
      }
      case "gone": {
        const connection = this.#context.lanes.get(message.peer)?.outgoing[message.connection];
        return connection === undefined ? undefined : this.#gone(connection);
      }
      case "peerGone": {
        const lane = this.#context.lanes.remote(message.peer);
        if (lane === undefined) return undefined;
        // What others sent before is not overtaken by what it passed on; and what it answered is answered.
        this.#context.lanes.drain();
        lane.drain(lane.look());
        return this.laneEnded(lane);
      }
      case "passed":
        return this.#context.passed(message);
      case "ended":
        return this.ended();
      case "welcome":
      case "refused":
        return undefined;
    }
  }

  #reply(request: number): Completion<unknown> | undefined {
    const reply = this.#requests.get(request);
    this.#requests.delete(request);
    return reply;
  }

  #lane({ peer, direction, shared, port, wake }: Of<"lane">): void {
    this.#context.addLane({ peer, direction, shared, port }, wake);
  }

  #connected({ request, peer, connection: index, queueMax, opcodes }: Of<"connected">): void {
    const reply = this.#reply(request);
    const lane = this.#context.lanes.get(peer);
    if (lane === undefined) return reply?.reject(refusal("ServerNotFound", "its thread has ended"));
    let connection = lane.outgoing[index];
    if (connection === undefined) {
      connection = new Outgoing(lane, index, this.#newCid(), queueMax, opcodes && new Set(opcodes));
      lane.outgoing[index] = connection;
      this.#context.connections.set(connection.cid, connection);
    }
    connection.references += 1;
    // Who asked may have given up meanwhile.
    if (reply === undefined || !reply.pending) this.release(connection);
    else reply.resolve(connection);
  }

  #newCid(): number {
    const slot = this.#freeSlots.pop() ?? this.#slotGenerations.length;
    const generation = this.#slotGenerations[slot] ?? 0;
    this.#slotGenerations[slot] = generation;
    return generation * cidSlots + slot;
  }

  /** One handle less. With the last the connection ends. */
  release(connection: Outgoing): void {
    if (connection.references === 0) return;
    connection.references -= 1;
    this.#context.powers.post({ type: "disconnect", peer: connection.lane.peer, connection: connection.index });
    if (connection.references === 0) this.#forget(connection, "The connection was disconnected.");
  }

  #forget(connection: Outgoing, why: string): void {
    connection.alive = false;
    const { lane, index, cid } = connection;
    if (lane.outgoing[index] === connection) lane.outgoing[index] = undefined;
    if (this.#context.connections.delete(cid)) {
      const slot = cid % cidSlots;
      this.#slotGenerations[slot] = (this.#slotGenerations[slot] ?? 0) + 1;
      this.#freeSlots.push(slot);
    }
    this.#context.waiting.delete(connection);
    for (const waiter of connection.waiters.splice(0)) waiter.fail(new KernelError("ServerNotFound", why));
    connection.ended.resolve(undefined);
  }

  /** The server of a connection has ended: all its handles are dead, and their references go back. */
  #gone(connection: Outgoing): void {
    while (connection.references > 1) this.release(connection);
    connection.alive = false;
    this.release(connection);
  }

  #opened({ peer, connection, server: number, opcodes, narrowed }: Of<"opened">): void {
    const lane = this.#context.lanes.get(peer);
    const server = this.#context.servers.get(number);
    if (lane === undefined || server === undefined) return;
    lane.incoming[connection] = new Incoming(lane, connection, server, opcodes && new Set(opcodes), narrowed);
  }

  #closed({ peer, connection }: Of<"closed">): void {
    const lane = this.#context.lanes.get(peer);
    const incoming = lane?.incoming[connection];
    if (lane === undefined || incoming === undefined) {
      this.#context.powers.post({ type: "released", peer, connection });
      return;
    }
    lane.closing(connection);
    incoming.server.disconnected(peer);
  }

  /** The other thread of a lane has ended, or broke the rules: nothing more is read of it, and nobody waits for it. */
  laneEnded(lane: RemoteLane): void {
    if (lane.ended) return;
    lane.close();
    this.#context.lanes.remove(lane);
    this.#context.unstall(lane);
    this.#context.calls.threadEnded(lane.peer);
    // Who heard of this end before it could read that its call was passed on to there would sleep on.
    for (const other of this.#context.lanes.all) other.wakeQuiet();
    this.#context.introductions.forget(lane.peer);
    for (const connection of lane.outgoing) {
      if (connection === undefined) continue;
      connection.references = 0;
      this.#forget(connection, "The server's thread has ended.");
    }
    for (const server of this.#context.servers.values()) server.laneEnded(lane);
    for (const incoming of lane.incoming) incoming?.server.disconnected(lane.peer);
  }

  /** The kernel has ended, or this thread left it: everything that waits fails. */
  ended(): void {
    const context = this.#context;
    if (!context.left.pending) return;
    context.left.resolve(undefined);
    for (const reply of this.#requests.values()) reply.reject(kernelEnded());
    this.#requests.clear();
    for (const lane of context.lanes.all) this.laneEnded(lane);
    for (const server of context.servers.values()) server.end(true);
    for (const connection of context.connections.values()) this.#forget(connection, "The kernel has ended.");
    context.sleeper.stop();
  }
}

type Of<T extends ToThread["type"]> = Extract<ToThread, { type: T }>;

function kernelEnded(): KernelError {
  return new KernelError("InternalError", "The kernel has ended, or this thread has left it.", { detail: "ended" });
}

function refusal(code: KernelErrorCode, detail: string): KernelError {
  const texts: Partial<Record<KernelErrorCode, string>> = {
    ServerNotFound: "There is no such server",
    ServerExists: "A server with this id exists",
    OutOfMemory: "A table of the kernel is full",
    NotFound: "There is no server of this name",
    LimitReached: "As many threads as may be are connected by this name",
  };
  return new KernelError(
    code,
    `${texts[code] ?? `The kernel refused: ${code}`}${detail === "" ? "" : ` (${detail})`}.`,
    { detail },
  );
}

/** Threads that have a way for answers between them, because this thread passes calls of one on to the other. */
export class Introductions {
  readonly #context: ThreadContext;
  /** By client and server: refused is a pair of which one has cut the other off, and that is for ever. */
  readonly #pairs = new Map<number, Map<number, "asked" | "laid" | "refused">>();

  constructor(context: ThreadContext) {
    this.#context = context;
  }

  /** Why the two have no way, if they have none: `ServerQueueFull` is that it was asked for and is not there yet. */
  try(client: number, server: number): Failure | undefined {
    const pair = this.#pairs.get(client)?.get(server);
    if (pair === "laid") return undefined;
    if (pair === "refused") return "ServerNotFound";
    if (pair === undefined) this.ask(client, server);
    return "ServerQueueFull";
  }

  /** Ends once the two have a way; fails with `ServerNotFound` if one of them has ended, or cut the other off. */
  ask(client: number, server: number): Completion<void> {
    const laid = new Completion<void>();
    const pair = this.#pairs.get(client)?.get(server);
    if (pair === "laid") laid.resolve(undefined);
    else if (pair === "refused") laid.reject(new KernelError("ServerNotFound", "Caller and server are cut off."));
    if (!laid.pending) return laid;
    this.#note(client, server, "asked");
    const { reply } = this.#context.control.ask<undefined>({ type: "introduce", client, server });
    reply.onEnd = () => {
      try {
        laid.resolve(reply.result());
        this.#note(client, server, "laid");
      } catch (error) {
        this.#note(client, server, "refused");
        laid.reject(error);
      }
    };
    return laid;
  }

  #note(client: number, server: number, state: "asked" | "laid" | "refused"): void {
    const { lanes } = this.#context;
    // Of threads that have ended nothing is kept: no number is given twice.
    if (lanes.get(client) === undefined || lanes.get(server) === undefined) return;
    const servers = this.#pairs.get(client) ?? new Map<number, "asked" | "laid" | "refused">();
    servers.set(server, state);
    this.#pairs.set(client, servers);
  }

  /** The lane to a thread has ended. */
  forget(thread: number): void {
    this.#pairs.delete(thread);
    for (const servers of this.#pairs.values()) servers.delete(thread);
  }
}
