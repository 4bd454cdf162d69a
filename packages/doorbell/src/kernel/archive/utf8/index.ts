/** Texts to UTF-8, and back. */
export { readText } from "./read-text.ts";
export { utf8Bytes, writeText } from "./write-text.ts";
