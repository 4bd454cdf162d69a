/**
 * What carries one session's bytes. The session calls these; whoever owns the carrier calls the session's `received`,
 * `inputEnded`, `drained`, `flushed` and `closed`.
 */
export interface Carrier {
  /** Sends, or keeps to be sent. False when too much waits already: `drained` will say when there is room again. */
  write(bytes: string | Uint8Array): boolean;
  /** Asks for no more bytes until `resume`. What was on its way may still come. */
  pause(): void;
  resume(): void;
  /** Says that nothing more will be written. `flushed` will say when all of it has left. */
  end(): void;
  /** Drops the connection now. */
  destroy(): void;
}
