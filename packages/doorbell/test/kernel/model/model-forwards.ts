import type { Command, Outcome } from "./command.ts";
import { Messages } from "./model-messages.ts";
import { type ConnectionState, isCall, type MessageState, type Waiter } from "./state.ts";

type Of<T extends Command["do"]> = Extract<Command, { do: T }>;

/** A message can be passed on so often. */
const depthMax = 8;

/** What the rules say of messages that are passed on. */
export class Forwards extends Messages {
  /** Between whom who passes calls on has had a way laid for answers. */
  readonly #laid = new Set<string>();

  /** Whether a way must be laid first, which takes a moment. */
  mustLay(party: number, message: MessageState, connection: ConnectionState): boolean {
    const to = connection.id.server.party;
    const isForStrangers = isCall(message.kind) && !message.callerGone && message.caller !== party && to !== party;
    return isForStrangers && !this.#laid.has(way(party, message.caller, to));
  }

  protected forward({ party, ticket, message: number, handle, form, id, expires }: Of<"forward">): void {
    const message = this.message(number);
    const { connection, open } = this.handle(handle);
    const say = (outcome: Outcome): void => this.settle(party, ticket, outcome);
    const refuse = (code: string): void => say(form === "try" ? { refused: code } : { failed: code });
    const to = connection.id.server;
    if (message.hand !== "own") return say({ failed: "DoubleFree" });
    if (isCall(message.kind) && !message.owed) return say({ failed: "DoubleFree" });
    if (message.kind === "move" && message.taken) return say({ failed: "ShareViolation" });
    const isThere = !message.callerGone && !to.isOfDead && message.caller === to.party;
    const isCycle = isCall(message.kind) && isThere && to.party !== party;
    if (message.depth >= depthMax || isCycle) return say({ failed: "Deadlock" });
    if (!open || !connection.alive) return refuse("ServerNotFound");
    if (connection.id.opcodes !== undefined && !connection.id.opcodes.includes(id)) {
      to.denied += 1;
      this.stirred = true;
      return refuse("AccessDenied");
    }
    if (this.mustLay(party, message, connection)) {
      this.#laid.add(way(party, message.caller, to.party));
      this.stirred = true;
      if (form === "try") return refuse("ServerQueueFull");
    }
    const waiter: Waiter = { ticket, what: { message, id } };
    message.hand = "waiting";
    // It is at once first in line, or waits behind those who are there.
    if (connection.line.length === 0) {
      connection.line.push(waiter);
      const hasRoom = connection.outstanding < to.queueMax;
      if (this.goesOn(connection, waiter, hasRoom)) return undefined;
      connection.line.pop();
    }
    const isLocal = to.party === party;
    const code = form === "try" ? "ServerQueueFull" : form === "sync" && isLocal ? "Deadlock" : "Timeout";
    if (form === "try" || (form === "sync" && isLocal) || expires) {
      this.stays(message);
      return refuse(code);
    }
    connection.line.push(waiter);
    return this.wait(ticket, { what: "line", party, sync: form === "sync", connection, memory: null });
  }

  protected override goesOn(connection: ConnectionState, { ticket, what }: Waiter, hasRoom: boolean): boolean {
    if ("do" in what) return false;
    const { message, id } = what;
    const isLost = isCall(message.kind) && !message.owed;
    const isForNobody = isCall(message.kind) && message.callerGone;
    if (!isLost && !isForNobody && !hasRoom) return false;
    connection.line.shift();
    const { party } = connection;
    if (isLost) {
      this.stirred = true;
      this.stays(message);
      this.settle(party, ticket, { failed: "DoubleFree" });
      return true;
    }
    this.settle(party, ticket, { ok: null });
    if (isForNobody) this.stirred = true;
    else {
      connection.outstanding += 1;
      const passed: MessageState = {
        ...message,
        id,
        from: party,
        connection,
        deferred: false,
        depth: message.depth + 1,
        hand: "own",
        dropped: false,
      };
      this.deliver(connection.id.server, passed);
    }
    message.hand = "gone";
    if (!isCall(message.kind)) return true;
    message.owed = false;
    message.connection.id.server.owed.delete(message);
    this.consumed(message.connection);
    return true;
  }

  /** It could not be passed on. */
  protected stays(message: MessageState): void {
    message.hand = "own";
    if (message.dropped) this.drop(message);
    message.dropped = false;
  }

  /** A thread has died: nobody hears its calls' answers, and what it laid is no more. */
  protected forgetCaller(party: number): void {
    for (const key of this.#laid) if (key.split(" ").includes(String(party))) this.#laid.delete(key);
    for (const { message } of this.messages.values()) if (message.caller === party) message.callerGone = true;
  }
}

function way(party: number, from: number, to: number): string {
  return `${party} ${from} ${to}`;
}
