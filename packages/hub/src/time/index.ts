export { Backoff, type BackoffOptions } from "./backoff.ts";
export type { Clock } from "./clock.ts";
