export { decode, encode, encodeNew, standard, type StandardSchema } from "./codec.ts";
export { bool, f32, f64, i16, i32, i64, i8, u16, u32, u64, u8 } from "./numbers.ts";
export { record, unit, variant } from "./records.ts";
export { bytes, list, option, text } from "./sequences.ts";
export type { Infer, Shape } from "./shape.ts";
