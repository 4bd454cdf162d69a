export { Memory, MemoryView } from "./memory.ts";
