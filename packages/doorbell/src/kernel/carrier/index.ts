export { invitation, joinBy } from "./join.ts";
export { SpawnedThread, type SpawnOptions, startKernelThread, startWorker } from "./workers.ts";
