/**
 * Archives: values as bytes, for messages that carry memory. A *shape* is declared once, and gives the TypeScript type,
 * the layout and every check. What arrives is decoded from the message's own bytes, and whatever they are, the outcome is
 * a value of the shape or a `SerializationError`.
 *
 * The layout, little-endian and without gaps: numbers in their width; a text, bytes or a list after its length, in as
 * few bytes (1, 2 or 4) as its greatest length needs; an option after 0 or 1, a variant after the number of its case;
 * a record's fields in their order. Both sides must declare the same shape: the bytes do not name it.
 */

export {
  decode,
  encode,
  encodedLength,
  encodeNew,
  standard,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "./archive.ts";
export type { Infer, Shape } from "./codec.ts";
export { bool, f32, f64, i16, i32, i64, i8, oneOf, u16, u32, u64, u8, unit } from "./scalars.ts";
export { bytes, text } from "./strings.ts";
export { type Cases, fixed, list, option, record, variant } from "./composites.ts";
