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
