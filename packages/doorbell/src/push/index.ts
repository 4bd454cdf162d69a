/**
 * Push notifications over the kernel. Who wants to be told hangs a **bell** and gives that away: whoever has it can ring
 * it, and do nothing else. The bell bounces what it is told to the main server, whose id nobody else ever sees.
 *
 * A notifier keeps its {@link Subscribers}; who listens has a {@link Subscriber}; both share a {@link subscription}.
 */

export { type Behind, type SubscribeAnswer, type SubscribeRequest, subscription, type SubscriptionApi } from "./api.ts";
export { type BellOptions, startBells } from "./bell.ts";
export { publish, Publisher, type PublishOptions, Subscribers, type SubscribersOptions } from "./notifier.ts";
export {
  type Ending,
  type FollowOptions,
  type Main,
  readRing,
  type Ring,
  type SubscribeOptions,
  Subscriber,
  Subscription,
} from "./subscriber.ts";
