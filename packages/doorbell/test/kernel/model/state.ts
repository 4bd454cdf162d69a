import type { Contents, Extent, Kind, Send } from "./command.ts";

/** A server of the model. */
export interface ServerState {
  readonly number: number;
  readonly party: number;
  readonly queueMax: number;
  ended: boolean;
  /** Its thread has died; the one that is its party now is another. */
  isOfDead: boolean;
  readonly queue: MessageState[];
  readonly owed: Set<MessageState>;
  /** The tickets of those who wait for a message. */
  readonly receivers: number[];
  denied: number;
  /** The parties whose connections have ended. */
  readonly gone: number[];
}

/** An id by which a server is reached. */
export interface IdState {
  readonly sid: number;
  readonly server: ServerState;
  readonly narrowed: boolean;
  readonly opcodes: readonly number[] | undefined;
  readonly connections: Set<ConnectionState>;
}

/** A name, and what it leads to. */
export interface NameState {
  readonly id: IdState;
  /** How many parties may be connected. */
  readonly limit: number | null;
}

/** What all handles share that one party has by one id. */
export interface ConnectionState {
  readonly number: number;
  readonly party: number;
  readonly id: IdState;
  references: number;
  alive: boolean;
  /** Messages sent and not received or, if they want an answer, not answered. */
  outstanding: number;
  /** Who waits for room. */
  readonly line: Waiter[];
}

/** A send in line, or a message that waits there to be passed on under this opcode. */
export interface Waiter {
  readonly ticket: number;
  readonly what: Send | { readonly message: MessageState; readonly id: number };
}

export interface HandleState {
  readonly party: number;
  readonly connection: ConnectionState;
  open: boolean;
}

export interface MessageState {
  readonly kind: Kind;
  readonly id: number;
  readonly from: number;
  readonly words: readonly number[];
  readonly extent: Extent;
  contents: Contents | undefined;
  readonly connection: ConnectionState;
  /** The ticket of the call that it is. */
  readonly call: number;
  owed: boolean;
  deferred: boolean;
  taken: boolean;
  /** How often it was passed on. */
  readonly depth: number;
  /** Who waits for its answer, if anybody does; and that this thread has died. */
  readonly caller: number;
  callerGone: boolean;
  /** Its program's; nobody's, while it waits to be passed on; or another's. */
  hand: "own" | "waiting" | "gone";
  /** It was dropped while it waited. */
  dropped: boolean;
}

export interface MemoryState {
  readonly party: number;
  contents: Contents;
  place: "here" | "lent" | "moved" | "unknown";
}

/** Something that a party waits for. */
export type Pending = { readonly party: number; readonly sync: boolean } & (
  | { readonly what: "call"; readonly memory: number | null; readonly mutable: boolean }
  | { readonly what: "line"; readonly connection: ConnectionState; readonly memory: number | null }
  | { readonly what: "receive"; readonly server: ServerState }
  | { readonly what: "connect"; readonly sid: number }
  | { readonly what: "find"; readonly name: number }
);

export const isCall = (kind: Kind): boolean => kind !== "scalar" && kind !== "move";
