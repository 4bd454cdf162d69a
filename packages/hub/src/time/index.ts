export { Backoff } from "./backoff.ts";
export type { Clock } from "./clock.ts";
export { pause } from "./pause.ts";
