/** Everything that a shape can be made of. */
export { i64, u64 } from "./big.ts";
export { bool } from "./bool.ts";
export { bytes } from "./bytes.ts";
export { f32, f64 } from "./float.ts";
export { i16, i32, i8, u16, u32, u8 } from "./integer.ts";
export { oneOf } from "./one-of.ts";
export { option } from "./option.ts";
export { record } from "./record.ts";
export { fixed, list } from "./sequence.ts";
export { text } from "./text.ts";
export { unit } from "./unit.ts";
export { type Cases, variant } from "./variant.ts";
