export { Broker, type BrokerOptions, type BrokerPowers } from "./broker.ts";
export type { KernelLimits, KernelReport, ToBroker, ToThread } from "./protocol.ts";
