import { bool, f64, list, record, type Shape, text, u32 } from "@doorbell-js/doorbell/kernel";

import type { Reading } from "./reading.ts";

/** The reading as an archive of ours. */
export const readingShape: Shape<Reading> = record({
  at: f64,
  station: text(64),
  samples: list(record({ id: u32, value: f64, label: text(64), good: bool }), 65_536),
});
