/** How urgent an item is: 1 (least) to 5 (most); 3 is the usual. The numbers are those of ntfy. */
export type Priority = 1 | 2 | 3 | 4 | 5;

/** What whoever rings a bell says. Only the text is needed, and it may be empty: a ring is news by itself. */
export interface Publication {
  /** Text of several lines; no control characters but line ends and tabs. */
  readonly text: string;
  readonly title?: string;
  /** @default 3 */
  readonly priority?: Priority;
  readonly tags?: readonly string[];
  /** What to open on a click: an address of http, https or mailto. */
  readonly click?: string;
}

/** One entry of an inbox. */
export interface Item {
  /** 1, 2, 3 … without a hole, in the order in which they were stored. */
  readonly sequence: number;
  /** Random, and known to whoever rang. */
  readonly id: string;
  /** When it was stored: milliseconds since 1970. */
  readonly at: number;
  /** The bell that rang, and what it was called then. */
  readonly bell: { readonly id: number; readonly label: string };
  readonly title?: string;
  readonly text: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly click?: string;
}
