export { type LineDoor, type LineDoorOptions, openLineDoor } from "./line-door.ts";
