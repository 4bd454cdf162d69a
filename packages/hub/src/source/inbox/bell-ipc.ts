import { f64, oneOf, option, record, type Shape, text } from "@doorbell-js/doorbell/kernel";

import { type Bell, type BellLimits, type BellState, LABEL_BYTES_MAX } from "../../inbox/index.ts";

/** A bell between threads. What has no limit, or no end, is infinite. */
export interface BellIpc {
  readonly id: number;
  readonly label: string;
  readonly state: BellState;
  readonly createdAt: number;
  readonly perMinute: number;
  readonly bytesMax: number;
  readonly ringsMax: number;
  readonly expiresAt: number;
  readonly rings: number;
  readonly refused: number;
  readonly lastRangAt: number | undefined;
}

export const label: Shape<string> = text(LABEL_BYTES_MAX);

export const bellShape: Shape<BellIpc> = record({
  id: f64,
  label,
  state: oneOf("active", "paused", "revoked", "expired", "usedUp"),
  createdAt: f64,
  perMinute: f64,
  bytesMax: f64,
  ringsMax: f64,
  expiresAt: f64,
  rings: f64,
  refused: f64,
  lastRangAt: option(f64),
});

/** Limits of which some are left as they are. */
export interface LimitsIpc {
  readonly perMinute: number | undefined;
  readonly bytesMax: number | undefined;
  readonly ringsMax: number | undefined;
  readonly expiresAt: number | undefined;
}

export const limitsFields: { readonly [N in keyof LimitsIpc]: Shape<number | undefined> } = {
  perMinute: option(f64),
  bytesMax: option(f64),
  ringsMax: option(f64),
  expiresAt: option(f64),
};

export function toBellIpc({ ringsMax, expiresAt, lastRangAt, ...rest }: Bell): BellIpc {
  return {
    ...rest,
    ringsMax: ringsMax ?? Infinity,
    expiresAt: expiresAt ?? Infinity,
    lastRangAt: lastRangAt ?? undefined,
  };
}

export function fromBellIpc({ ringsMax, expiresAt, lastRangAt, ...rest }: BellIpc): Bell {
  return { ...rest, ringsMax: finite(ringsMax), expiresAt: finite(expiresAt), lastRangAt: lastRangAt ?? null };
}

export function toLimitsIpc({ perMinute, bytesMax, ringsMax, expiresAt }: Partial<BellLimits>): LimitsIpc {
  return {
    perMinute,
    bytesMax,
    ringsMax: ringsMax === null ? Infinity : ringsMax,
    expiresAt: expiresAt === null ? Infinity : expiresAt,
  };
}

export function fromLimitsIpc({ perMinute, bytesMax, ringsMax, expiresAt }: LimitsIpc): Partial<BellLimits> {
  return {
    ...(perMinute !== undefined && { perMinute }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(ringsMax !== undefined && { ringsMax: finite(ringsMax) }),
    ...(expiresAt !== undefined && { expiresAt: finite(expiresAt) }),
  };
}

/** null where there is no end. */
export function finite(value: number): number | null {
  return value === Infinity ? null : value;
}
