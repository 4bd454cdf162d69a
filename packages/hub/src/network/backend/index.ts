export type { Backend, BackendHost, BackendName, OpenBackend } from "./backend.ts";
export { networkManager, type NetworkManagerOptions } from "./network-manager.ts";
export { poll, type PollOptions } from "./poll.ts";
export { rtnetlink, type RtnetlinkOptions } from "./rtnetlink.ts";
