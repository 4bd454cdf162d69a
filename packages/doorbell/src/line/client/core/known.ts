/** What was received of one source: it tells what a new session gives again from what is new. */
export interface Known {
  /** Whether items may be held back: `offer` more, or `settle`. */
  readonly isUndecided: boolean;
  /** A new session begins. */
  resume(): void;
  /** Takes the next item of the session, and gives those that are new, save what was `taken`. */
  offer(item: string, taken?: boolean): readonly string[];
  /** The session has no more items: what is new of those held back? */
  settle(): readonly string[];
}
