export { Subscribers, type SubscribersOptions } from "./subscribers.ts";
