export { type Bell, type BellOptions, hangBell } from "./bell.ts";
