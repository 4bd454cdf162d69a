/** What a client has seen since it was made. */
export interface ClientStats {
  /** lines that nobody asked for, or that were malformed */
  readonly ignored: number;
  readonly notifications: number;
  /** connections that came to be, the first included */
  readonly connections: number;
}
