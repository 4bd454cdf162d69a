export { Memory } from "./memory.ts";
export { MemoryPool } from "./memory-pool.ts";
