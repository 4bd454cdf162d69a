/** What must survive. */
export { MemoryLog, MemoryStore } from "./memory-store.ts";
export type { Log } from "./store.ts";
