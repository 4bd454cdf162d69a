/**
 * A message bus (D-Bus) as a program's client sees it: calls, and the signals of a name's present owner. It knows no
 * service in particular.
 */
export type { BusAddress } from "./address.ts";
export { type Bus, type BusEvent, openBus } from "./bus.ts";
export type { BusCall, BusSignal } from "./call.ts";
export { BusError } from "./errors.ts";
export type { NameListener, NameWatch } from "./watch.ts";
export { Variant } from "./variant.ts";
