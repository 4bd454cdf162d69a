export type { Backend, BackendHost, BackendName, OpenBackend } from "./backend.ts";
export { networkManager } from "./network-manager.ts";
export { poll } from "./poll.ts";
export { rtnetlink } from "./rtnetlink.ts";
