export { Broker } from "./broker.ts";
export type { BrokerOptions } from "./limits.ts";
export type { Naming } from "./naming.ts";
export {
  type KernelLimits,
  type KernelReport,
  kernelThread,
  type ServerReport,
  type ToBroker,
  type ToThread,
} from "./protocol.ts";
