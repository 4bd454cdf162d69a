export { Broker, type BrokerOptions } from "./broker.ts";
export type { KernelLimits, KernelReport, ToBroker, ToThread } from "./protocol.ts";
