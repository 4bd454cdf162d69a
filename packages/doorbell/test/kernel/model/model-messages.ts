import type { Command, Extent, Outcome, Seen, Send } from "./command.ts";
import { ModelTables } from "./model-tables.ts";
import { type ConnectionState, isCall, type MessageState, type ServerState, type Waiter } from "./state.ts";

type Of<T extends Command["do"]> = Extract<Command, { do: T }>;

/** The half of the model that messages are: sending, room, receiving, answering. */
export abstract class Messages extends ModelTables {
  protected send(command: Of<"send">): void {
    const { party, ticket, handle: number, form, kind, memory, fresh, expires } = command;
    const { connection, open } = this.handle(number);
    if (memory !== null && fresh !== null) this.memories.set(memory, { party, contents: fresh, place: "here" });
    const say = (outcome: Outcome): void => this.settleSend(party, ticket, outcome, memory);
    const refuse = (code: string): void => say(form === "try" ? { refused: code } : { failed: code });
    const { id } = connection;
    const isLocal = id.server.party === party;
    if (!open) return refuse("ServerNotFound");
    if (form === "sync" && isLocal && isCall(kind)) return say({ failed: "Deadlock" });
    if (!connection.alive) return refuse("ServerNotFound");
    if (id.opcodes !== undefined && !id.opcodes.includes(command.id)) {
      id.server.denied += 1;
      this.stirred = true;
      return refuse("AccessDenied");
    }
    if (connection.line.length === 0 && connection.outstanding < id.server.queueMax)
      return this.#pass(connection, ticket, command, expires);
    if (form === "try") return say({ refused: "ServerQueueFull" });
    if (form === "sync" && isLocal) return say({ failed: "Deadlock" });
    if (expires) return say({ failed: "Timeout" });
    connection.line.push({ ticket, what: command });
    return this.wait(ticket, { what: "line", party, sync: form === "sync", connection, memory });
  }

  /** There is room: it goes, unless its memory is not its sender's. */
  #pass(connection: ConnectionState, ticket: number, send: Send, expires: boolean): void {
    const { party } = connection;
    const { kind, words, extent, memory: number, id, form } = send;
    const memory = number === null ? undefined : this.memory(number);
    if (memory !== undefined && memory.place !== "here")
      return this.settleSend(party, ticket, { failed: "ShareViolation" }, number);
    connection.outstanding += 1;
    const message: MessageState = {
      kind,
      id,
      from: party,
      words: [0, 1, 2, 3].map((at) => words[at] ?? 0),
      extent,
      contents: memory?.contents,
      connection,
      call: ticket,
      owed: isCall(kind),
      deferred: false,
      taken: false,
      depth: 0,
      caller: party,
      callerGone: false,
      hand: "own",
      dropped: false,
    };
    if (memory !== undefined) memory.place = kind === "move" ? "moved" : "lent";
    if (!isCall(kind)) this.settleSend(party, ticket, { ok: null }, number);
    else if (expires) this.comeBack(party, ticket, { failed: "Timeout" }, number);
    else {
      const mutable = kind === "mutableLend";
      this.wait(ticket, { what: "call", party, sync: form === "sync", memory: number, mutable });
    }
    return this.deliver(connection.id.server, message);
  }

  protected deliver(server: ServerState, message: MessageState): void {
    const receiver = server.receivers.shift();
    if (receiver === undefined) server.queue.push(message);
    else this.#received(server, message, receiver);
  }

  #received(server: ServerState, message: MessageState, ticket: number): void {
    this.messages.set(ticket, { party: server.party, message });
    const { kind, id, from, words, extent, contents } = message;
    const isMemory = kind !== "scalar" && kind !== "blockingScalar";
    const seen: Seen = { kind, id, from, words: isMemory ? [] : words, ...extent, contents: contents ?? null };
    this.settle(server.party, ticket, { ok: seen });
    if (isCall(kind)) server.owed.add(message);
    else this.consumed(message.connection);
  }

  /** A place is free: who waits first goes first. */
  protected consumed(connection: ConnectionState): void {
    connection.outstanding -= 1;
    this.advance(connection);
  }

  /** Lets those in line go who can. */
  protected advance(connection: ConnectionState): void {
    while (connection.line[0] !== undefined) {
      const { ticket, what } = connection.line[0];
      const hasRoom = connection.alive && connection.outstanding < connection.id.server.queueMax;
      if (!("do" in what)) {
        if (!this.goesOn(connection, connection.line[0], hasRoom)) return;
        continue;
      }
      if (!hasRoom) return;
      connection.line.shift();
      this.pending.delete(ticket);
      this.#pass(connection, ticket, what, false);
    }
  }

  /** A message that is first in line goes on, or ends its waiting; false if it waits. */
  protected abstract goesOn(connection: ConnectionState, waiter: Waiter, hasRoom: boolean): boolean;

  protected receive({ party, ticket, server: number, form, expires }: Of<"receive">): void {
    const server = this.server(number);
    if (server.ended) return this.settle(party, ticket, { failed: "ServerNotFound" });
    const message = server.queue.shift();
    if (message !== undefined) return this.#received(server, message, ticket);
    if (form === "try") return this.settle(party, ticket, { ok: null });
    if (expires) return this.settle(party, ticket, { failed: "Timeout" });
    server.receivers.push(ticket);
    return this.wait(ticket, { what: "receive", party, sync: form === "sync", server });
  }

  protected answer({ party, ticket, message: number, words, extent, write }: Of<"answer">): void {
    const message = this.message(number);
    const isScalar = message.kind === "blockingScalar";
    if (isScalar && ![1, 2, 5].includes(words.length)) return this.settle(party, ticket, { failed: "InvalidArgument" });
    if (message.hand === "waiting" && message.owed) fillBy(message, write);
    if (!message.owed || message.hand !== "own") return this.settle(party, ticket, { failed: "DoubleFree" });
    this.settle(party, ticket, { ok: null });
    fillBy(message, write);
    return isScalar ? this.#end(message, { ok: words }) : this.#giveBack(message, extent);
  }

  #giveBack(message: MessageState, { offset, valid }: Extent): void {
    const back: Extent = { offset: offset ?? message.extent.offset, valid: valid ?? message.extent.valid };
    const pending = this.pending.get(message.call);
    if (pending?.what === "call" && pending.mutable && pending.memory !== null && message.contents !== undefined)
      this.memory(pending.memory).contents = message.contents;
    this.#end(message, { ok: back });
  }

  /** It is owed no more; its caller hears, if it waits. */
  #end(message: MessageState, outcome: Outcome): void {
    message.owed = false;
    message.connection.id.server.owed.delete(message);
    this.tell(message, outcome);
    this.consumed(message.connection);
  }

  protected fail(message: MessageState, code: string): void {
    this.tell(message, { failed: code });
  }

  protected handOver({ do: what, party, ticket, message: number }: Of<"defer" | "drop" | "take">): void {
    const message = this.message(number);
    if (what === "take" && message.hand !== "own") return this.settle(party, ticket, { failed: "DoubleFree" });
    if (what === "take") {
      const outcome = message.taken ? { failed: "ShareViolation" } : { ok: message.contents };
      message.taken = true;
      return this.settle(party, ticket, outcome);
    }
    this.settle(party, ticket, { ok: null });
    if (what === "defer") message.deferred = true;
    else if (message.hand !== "own") message.dropped = true;
    else this.drop(message);
  }

  protected drop(message: MessageState): void {
    if (message.kind === "move") message.taken = true;
    else if (message.deferred) message.deferred = false;
    else if (message.owed && message.kind === "blockingScalar") this.#end(message, { failed: "Unanswered" });
    else if (message.owed) this.#giveBack(message, { offset: null, valid: null });
  }

  protected look({ party, ticket, memory: number }: Of<"look">): void {
    const { place, contents } = this.memory(number);
    this.settle(party, ticket, place === "here" ? { ok: contents } : { failed: "ShareViolation" });
  }
}

/** Its receiver writes into its copy of the memory, if it does. */
function fillBy(message: MessageState, fill: number | null): void {
  if (fill !== null && message.contents !== undefined && message.contents.size > 0)
    message.contents = { ...message.contents, fill };
}
