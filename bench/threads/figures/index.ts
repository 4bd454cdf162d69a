export type { Figure, Row, Target } from "./figure.ts";
export { latencies } from "./latencies.ts";
export { memory } from "./memory.ts";
export { rates } from "./rates.ts";
export { startOfThread } from "./start.ts";
