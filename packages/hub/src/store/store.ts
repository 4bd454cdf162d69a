/** One stored item and its number. Numbers are dense: 1, 2, 3 … */
export interface StoredItem {
  readonly text: string;
  readonly sequence: number;
}

/** Items in the order they were stored, the oldest of which may have been let go of. */
export interface Log {
  /** The number of the newest item; 0 when there is none. */
  readonly newest: number;
  /** Stores an item and gives its number, once it will not be lost any more. Rejects when it could not be stored. */
  append(text: string): Promise<number>;
  /** The oldest item after number `after` that is still there. */
  next(after: number): Promise<StoredItem | undefined>;
}

/** What must survive. */
export interface Store extends AsyncDisposable {
  /** The board's ads. */
  readonly ads: Log;
}
