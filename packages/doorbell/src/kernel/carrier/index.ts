export { invitation, joinBy } from "./join.ts";
export { ownThread, permissionFlags } from "./own-thread.ts";
export { SpawnedThread, type SpawnOptions, startKernelThread, startWorker } from "./workers.ts";
