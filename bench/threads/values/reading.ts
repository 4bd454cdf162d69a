/** The value with a type that is sent: what a handful of sensors read. */
export interface Sample {
  readonly id: number;
  readonly value: number;
  readonly label: string;
  readonly good: boolean;
}

export interface Reading {
  readonly at: number;
  readonly station: string;
  readonly samples: readonly Sample[];
}

/** A reading that takes about so many bytes. */
export function readingOf(bytes: number): Reading {
  return {
    at: 1_700_000_000_123.5,
    station: "north-7",
    samples: Array.from({ length: Math.round(bytes / 27) }, (_, id) => ({
      id,
      value: id * 1.25 + 0.1,
      label: `sensor ${id % 1_000}`,
      good: id % 3 !== 0,
    })),
  };
}
