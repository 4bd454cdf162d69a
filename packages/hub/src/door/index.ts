/** Ways in and out. */
export * from "./desktop/index.ts";
export { openLineDoor } from "./line/index.ts";
