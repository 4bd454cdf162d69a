import type { Command, Outcome, Prediction } from "./command.ts";
import { NamedServers } from "./model-names.ts";
import { type ConnectionState, type IdState, isCall, type MessageState, type ServerState } from "./state.ts";

type Of<T extends Command["do"]> = Extract<Command, { do: T }>;

/**
 * What the rules say of a history, one command after the other: it has no threads, no rings and no time, and shares no
 * code with the kernel. Here are servers, ids, connections and ends; what passes between them is in its
 * base, and so are names.
 */
export class Model extends NamedServers {
  #nextConnection = 1;

  /** Applies a command; what settles by it, of whichever party, is returned. */
  apply(command: Command): readonly Prediction[] {
    this.settled = [];
    this.stirred = false;
    this.#run(command);
    this.serveNames();
    return this.settled;
  }

  #run(command: Command): void {
    switch (command.do) {
      case "create":
        return this.#create(command);
      case "connect":
        return this.#connect(command);
      case "narrow":
        return this.#narrow(command);
      case "revoke":
        return this.#revoke(command);
      case "register":
        return this.register(command);
      case "find":
        return this.find(command);
      case "unregister":
        return this.unregister(command);
      case "full":
        return this.full(command);
      case "disconnect":
        return this.#disconnect(command);
      case "send":
        return this.send(command);
      case "receive":
        return this.receive(command);
      case "answer":
        return this.answer(command);
      case "defer":
      case "drop":
      case "take":
        return this.handOver(command);
      case "forward":
        return this.forward(command);
      case "destroy":
        return this.#destroy(command);
      case "abort":
        return this.#abort(command);
      case "look":
        return this.look(command);
      case "kill":
        return this.#kill(command);
    }
  }

  #create({ party, ticket, sid, queueMax }: Of<"create">): void {
    if (this.ids.has(sid)) return this.settle(party, ticket, { failed: "ServerExists" });
    const id = this.make(party, ticket, sid, queueMax);
    this.settle(party, ticket, { ok: null });
    for (const [waiting, pending] of this.pending) {
      if (pending.what === "connect" && pending.sid === sid) this.connected(pending.party, waiting, id);
    }
  }

  protected override make(party: number, ticket: number, sid: number, queueMax: number): IdState {
    const server: ServerState = {
      number: ticket,
      party,
      queueMax,
      ended: false,
      isOfDead: false,
      queue: [],
      owed: new Set(),
      receivers: [],
      denied: 0,
      gone: [],
    };
    this.servers.set(ticket, server);
    const id: IdState = { sid, server, narrowed: false, opcodes: undefined, connections: new Set() };
    this.ids.set(sid, id);
    return id;
  }

  #connect({ party, ticket, form, sid, expires }: Of<"connect">): void {
    const id = this.ids.get(sid);
    if (id !== undefined) return this.connected(party, ticket, id);
    if (form === "try") return this.settle(party, ticket, { refused: "ServerNotFound" });
    if (expires) {
      this.stirred = true;
      return this.settle(party, ticket, { failed: "Timeout" });
    }
    return this.wait(ticket, { what: "connect", party, sync: form === "sync", sid });
  }

  protected override connected(party: number, ticket: number, id: IdState): void {
    let connection = [...id.connections].find((one) => one.party === party);
    if (connection === undefined) {
      const number = this.#nextConnection;
      this.#nextConnection += 1;
      connection = { number, party, id, references: 0, alive: true, outstanding: 0, line: [] };
      id.connections.add(connection);
    }
    connection.references += 1;
    this.handles.set(ticket, { party, connection, open: true });
    this.settle(party, ticket, { ok: { connection: connection.number } });
  }

  #narrow({ party, ticket, server: number, sid, opcodes }: Of<"narrow">): void {
    const server = this.server(number);
    if (server.ended) return this.settle(party, ticket, { failed: "ServerNotFound" });
    this.ids.set(sid, { sid, server, narrowed: true, opcodes, connections: new Set() });
    this.narrowed.set(sid, party);
    return this.settle(party, ticket, { ok: null });
  }

  /** To those who hold the id the server is gone, and nothing that waits there by it takes effect. */
  #revoke({ party, ticket, sid }: Of<"revoke">): void {
    const id = this.ids.get(sid);
    if (id !== undefined) this.#endId(id);
    this.settle(party, ticket, { ok: null });
  }

  #endId(id: IdState): void {
    const { server } = id;
    this.stirred = true;
    this.ids.delete(id.sid);
    const isOf = ({ connection }: MessageState): boolean => connection.id === id;
    const dropped = server.queue.filter(isOf);
    server.queue.splice(0, server.queue.length, ...server.queue.filter((message) => !isOf(message)));
    for (const message of dropped) {
      message.owed = false;
      this.fail(message, "ServerNotFound");
    }
    for (const connection of id.connections) {
      server.gone.push(connection.party);
      // A dropped message makes room, and a sender may hear of that before it hears of the end.
      this.#endConnection(connection, [{ failed: "ServerNotFound" }, { ok: null }]);
    }
  }

  #endConnection(connection: ConnectionState, outcomes: readonly Outcome[]): void {
    connection.alive = false;
    connection.references = 0;
    connection.id.connections.delete(connection);
    for (const { ticket, what: send } of connection.line.splice(0)) {
      if (!this.pending.has(ticket)) continue;
      if (!("do" in send)) {
        this.settle(connection.party, ticket, { failed: "ServerNotFound" });
        this.stays(send.message);
      } else if (outcomes.length > 1 && (send.kind === "scalar" || send.kind === "move")) {
        // Whether it went before its sender heard of the end nobody can say.
        const memory = send.memory === null ? undefined : this.memory(send.memory);
        const before = memory?.contents;
        if (memory !== undefined) memory.place = "unknown";
        this.settleOneOf(
          connection.party,
          ticket,
          outcomes.map((outcome) =>
            before === undefined ? outcome : { ...outcome, memory: "ok" in outcome ? "away" : before },
          ),
        );
      } else this.settleSend(connection.party, ticket, { failed: "ServerNotFound" }, send.memory);
    }
  }

  #disconnect({ party, ticket, handle: number }: Of<"disconnect">): void {
    const handle = this.handle(number);
    const { connection } = handle;
    if (handle.open && connection.alive) {
      this.stirred = true;
      connection.references -= 1;
      if (connection.references === 0) {
        connection.id.server.gone.push(party);
        this.#endConnection(connection, [{ failed: "ServerNotFound" }]);
      }
    }
    handle.open = false;
    this.settle(party, ticket, { ok: null });
  }

  #destroy({ party, ticket, server: number, force }: Of<"destroy">): void {
    const server = this.server(number);
    const owed = server.owed.size;
    if (!server.ended && owed > 0 && !force) return this.settle(party, ticket, { failed: "ServerQueueFull" });
    this.settle(party, ticket, { ok: { denied: server.denied, owed, gone: [...server.gone].sort() } });
    if (server.ended) return;
    this.#endServer(server, [{ failed: "ServerNotFound" }, { ok: null }]);
    this.#advanceAll();
  }

  #endServer(server: ServerState, inLine: readonly Outcome[]): void {
    server.ended = true;
    this.freeName(server);
    for (const message of [...server.owed, ...server.queue.splice(0)]) {
      message.owed = false;
      this.fail(message, "ServerNotFound");
    }
    server.owed.clear();
    for (const receiver of server.receivers.splice(0)) {
      if (this.pending.has(receiver)) this.settle(server.party, receiver, { failed: "ServerNotFound" });
    }
    for (const id of [...this.ids.values()].filter((one) => one.server === server)) {
      this.ids.delete(id.sid);
      if (id.connections.size > 0) this.stirred = true;
      for (const connection of id.connections) this.#endConnection(connection, inLine);
    }
  }

  #abort({ party, ticket, of }: Of<"abort">): void {
    this.settle(party, ticket, { ok: null });
    const pending = this.pending.get(of);
    if (pending === undefined) return;
    const outcome = { failed: "aborted" };
    switch (pending.what) {
      case "connect":
      case "find":
        this.stirred = true;
        return this.settle(pending.party, of, outcome);
      case "receive":
        pending.server.receivers.splice(pending.server.receivers.indexOf(of), 1);
        return this.settle(pending.party, of, outcome);
      case "line": {
        const { line } = pending.connection;
        const [waiter] = line.splice(
          line.findIndex(({ ticket }) => ticket === of),
          1,
        );
        this.settleSend(pending.party, of, outcome, pending.memory);
        if (waiter !== undefined && !("do" in waiter.what)) this.stays(waiter.what.message);
        return this.advance(pending.connection);
      }
      case "call":
        return this.comeBack(pending.party, of, outcome, pending.memory);
    }
  }

  /** A thread dies, with all that it had; another takes its part. */
  #kill({ party, ticket }: Of<"kill">): void {
    this.stirred = true;
    for (const [waiting, pending] of this.pending) if (pending.party === party) this.pending.delete(waiting);
    this.blocked.delete(party);
    for (const server of this.servers.values()) {
      if (server.party !== party) continue;
      server.isOfDead = true;
      if (!server.ended) this.#endServer(server, [{ failed: "ServerNotFound" }]);
    }
    for (const id of this.ids.values()) {
      for (const connection of id.connections) {
        if (connection.party !== party) continue;
        connection.line.length = 0;
        connection.alive = false;
        id.connections.delete(connection);
        id.server.gone.push(party);
      }
    }
    for (const server of this.servers.values()) {
      // What it had sent and nobody received is discarded; what was received is owed no more.
      // What it had passed on is not its own.
      const isOf = ({ kind, caller, from, depth }: MessageState): boolean =>
        isCall(kind) ? caller === party : from === party && depth === 0;
      const discarded = server.queue.filter(isOf);
      const left = server.queue.filter((message) => !isOf(message));
      for (const message of left) if (message.caller === party) message.callerGone = true;
      server.queue.splice(0, server.queue.length, ...left);
      for (const message of server.owed) if (message.caller === party) server.owed.delete(message);
      for (const { connection } of discarded) if (connection.alive) this.consumed(connection);
    }
    this.forget(party);
    this.forgetCaller(party);
    this.#advanceAll();
    this.settle(party, ticket, { ok: null });
  }

  /** Messages that wait in line may have nothing to wait for any more. */
  #advanceAll(): void {
    for (const { connections } of this.ids.values()) for (const connection of connections) this.advance(connection);
  }
}
