export { publish, Publisher, type PublishOptions } from "./publisher.ts";
export { Subscribers, type SubscribersOptions } from "./subscribers.ts";
