/** Ways in and out. */
export { openLineDoor } from "./line.ts";
