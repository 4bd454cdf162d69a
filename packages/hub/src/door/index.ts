/** Ways in and out. */
export { openLineDoor } from "./line.ts";
export * from "./desktop/index.ts";
