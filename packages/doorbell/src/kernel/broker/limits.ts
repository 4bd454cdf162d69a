import type { RingSize } from "../ring/index.ts";
import type { KernelLimits } from "./protocol.ts";

/** Limits, and the size of the rings between threads. */
export interface BrokerOptions extends Partial<KernelLimits> {
  /** Slots (a power of two) and bytes in line (a power of two) of a ring. @default 128 slots, 16384 bytes */
  readonly ring?: Partial<RingSize> | undefined;
}

/** Every limit, with its default where it is not given. */
export function limitsOf({
  threadsMax = 256,
  serversMax = 16_384,
  connectionsMax = 16_384,
  waitersMax = 131_072,
  namesMax = 1_024,
}: BrokerOptions): KernelLimits {
  return { threadsMax, serversMax, connectionsMax, waitersMax, namesMax };
}

export function ringOf({ ring }: BrokerOptions): RingSize {
  return { slots: ring?.slots ?? 128, bytes: ring?.bytes ?? 16_384 };
}
