export type { Ring } from "./reader.ts";
export { Subscriber } from "./subscriber.ts";
export { type Ending, type Main, type SubscribeOptions, Subscription } from "./subscription.ts";
