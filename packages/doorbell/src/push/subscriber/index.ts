export type { Ring } from "./reader.ts";
export { type FollowOptions, Subscriber } from "./subscriber.ts";
export { type Ending, type Main, type SubscribeOptions, Subscription } from "./subscription.ts";
export { readRing } from "./relayed.ts";
