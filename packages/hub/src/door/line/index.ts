export { openLineDoor } from "./line-door.ts";
