/** HTTP: bells are rung, inboxes read and managed, and there is a page. */
export { type HttpAddress, type HttpDoor, type HttpEvent, openHttpDoor } from "./http-door.ts";
export type { HttpLimits } from "./limits.ts";
