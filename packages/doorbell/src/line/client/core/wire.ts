/** A connection to a server, as the core sees it. It is told of what comes by `received` and `closed`. */
export interface Wire {
  write(text: string): void;
  /** Drops the connection. `closed` follows. */
  destroy(): void;
}

/** What a wire tells. */
export interface WireEvents {
  opened(wire: Wire): void;
  received(chunk: Uint8Array): void;
  /** The connection ended, or never came to be. Once, and last. */
  closed(cause: Error | undefined): void;
}

/** Begins to connect. Whoever dials decides how long it may take; `destroy` gives it up. */
export type Dial = (events: WireEvents) => Pick<Wire, "destroy">;
