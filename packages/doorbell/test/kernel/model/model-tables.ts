import assert from "node:assert/strict";

import type { Outcome, Prediction } from "./command.ts";
import type { HandleState, IdState, MemoryState, MessageState, Pending, ServerState } from "./state.ts";

/** What there is, by the ticket that made it, and what settles. */
export class ModelTables {
  readonly servers: Map<number, ServerState> = new Map();
  readonly ids: Map<number, IdState> = new Map();
  /** Ids that were narrowed, and whose they are. */
  readonly narrowed: Map<number, number> = new Map();
  readonly handles: Map<number, HandleState> = new Map();
  readonly messages: Map<number, { readonly party: number; readonly message: MessageState }> = new Map();
  readonly memories: Map<number, MemoryState> = new Map();
  readonly pending: Map<number, Pending> = new Map();
  /** The parties whose thread is parked, and in which command. */
  readonly blocked: Map<number, number> = new Map();
  /** The last command had to do with the broker, of which other threads hear later. */
  stirred = false;
  protected settled: Prediction[] = [];

  protected server(number: number): ServerState {
    return found(this.servers.get(number));
  }

  protected handle(number: number): HandleState {
    return found(this.handles.get(number));
  }

  protected message(number: number): MessageState {
    return found(this.messages.get(number)).message;
  }

  protected memory(number: number): MemoryState {
    return found(this.memories.get(number));
  }

  protected wait(ticket: number, pending: Pending): void {
    this.pending.set(ticket, pending);
    if (pending.sync) this.blocked.set(pending.party, ticket);
  }

  protected settle(party: number, ticket: number, outcome: Outcome): void {
    this.settleOneOf(party, ticket, [outcome]);
  }

  protected settleOneOf(party: number, ticket: number, outcomes: readonly Outcome[]): void {
    this.pending.delete(ticket);
    if (this.blocked.get(party) === ticket) this.blocked.delete(party);
    this.settled.push({ party, ticket, outcomes });
  }

  /** A send is over, and how its memory is then. */
  protected settleSend(party: number, ticket: number, outcome: Outcome, number: number | null): void {
    if (number === null) return this.settle(party, ticket, outcome);
    const { place, contents } = this.memory(number);
    return this.settle(party, ticket, { ...outcome, memory: place === "here" ? contents : "away" });
  }

  /** A call is over, and its memory its sender's again. */
  protected comeBack(party: number, ticket: number, outcome: Outcome, number: number | null): void {
    if (number !== null) this.memory(number).place = "here";
    this.settleSend(party, ticket, outcome, number);
  }

  /** Its caller hears of it, if it waits. */
  protected tell(message: MessageState, outcome: Outcome): void {
    const pending = this.pending.get(message.call);
    if (pending?.what === "call") this.comeBack(pending.party, message.call, outcome, pending.memory);
  }

  /** A party has nothing any more. */
  protected forget(party: number): void {
    for (const table of [this.servers, this.handles, this.messages, this.memories])
      for (const [number, one] of table) if (one.party === party) table.delete(number);
    for (const [sid, owner] of this.narrowed) if (owner === party) this.narrowed.delete(sid);
  }
}

function found<T>(value: T | undefined): T {
  assert(value !== undefined, "the model was asked for what it does not have");
  return value;
}
