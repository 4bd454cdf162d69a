/** One item of a source. */
export interface Fetched {
  /** The item as one line: no control characters, and none of the protocol's own lines. Empty when there is none. */
  readonly text: string;
  /** The item's number in the source; with nothing new, the number that was asked after. */
  readonly sequence: number;
}

export interface Subscription extends Disposable {
  /** The number of the newest item at the moment of subscribing; 0 when there is none. */
  readonly newest: number;
}

/**
 * What there is to be told of: items numbered 1, 2, 3 … in the order they became available.
 *
 * A source knows nothing of sessions. A reader remembers the number up to which it has read, and asks for what follows.
 */
export interface Source {
  /** How many of the newest items a new session finds unread. @default 1 */
  readonly unread?: number;
  /** Calls `ring` with the number of the newest item whenever there is a new one, until the subscription is disposed of. */
  subscribe(ring: (newest: number) => void): Subscription;
  /**
   * The item for a reader who has read up to number `after`: the oldest it has not read, or whichever the source finds
   * right (the `random` source gives its newest, again and again). With nothing to give, an empty text and `after`.
   * When it throws or rejects, the client is told that the source is not available, and has read nothing.
   */
  fetch(after: number): Fetched | Promise<Fetched>;
}
