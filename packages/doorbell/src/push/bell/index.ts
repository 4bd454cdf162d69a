export { startBells } from "./bell-host.ts";
export { type Bell, type BellOptions, hangBell } from "./bell.ts";
