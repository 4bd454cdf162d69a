/** One contestant's part in a figure. */
export interface Turn {
  readonly who: string;
  /** Before the rounds. */
  warmUp?(): Promise<void>;
  /** One round: a value for each row of the figure. */
  measure(): Promise<readonly number[]>;
  /** How many messages or calls the last round had, where its processor time is to be told. */
  count?(): number;
}

/** What is wanted of ours: as it stands, or against somebody, as a ratio (`ours / theirs`) or a difference. */
export interface Target {
  readonly against?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly atMostMore?: number;
}

/** One table row for each contestant, by each name. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly targets: readonly Target[];
}

/** What is measured together, by turns. */
export interface Figure {
  readonly rows: readonly Row[];
  /** Ours is the first. */
  readonly turns: readonly Turn[];
  /** Fewer rounds than the rest, where one takes long. */
  readonly roundsMax?: number;
}
