/** Ways in and out. */
export { type LineDoor, openLineDoor } from "./line.ts";
