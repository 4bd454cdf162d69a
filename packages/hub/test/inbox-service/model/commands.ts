import fc from "fast-check";

import type { BellLimits } from "../../../src/inbox/types.ts";

/** What is done to an inbox, each to the bell of that place in the list, counted round. */
export type Command =
  | { readonly kind: "make"; readonly limits: Partial<BellLimits>; readonly expiresIn: number | null }
  | { readonly kind: "ring"; readonly at: number; readonly bytes: number; readonly key: string | undefined }
  | { readonly kind: "burst"; readonly at: number; readonly count: number }
  | { readonly kind: "pause"; readonly at: number; readonly paused: boolean }
  | { readonly kind: "limit"; readonly at: number; readonly limits: Partial<BellLimits> }
  | { readonly kind: "revoke"; readonly at: number }
  | { readonly kind: "keep"; readonly itemsMax: number; readonly whenFull: "dropOldest" | "refuse" }
  | { readonly kind: "renew"; readonly which: "read" | "manage" }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "read"; readonly after: number };

const at = fc.nat(3);
const limits = fc.record(
  {
    perMinute: fc.constantFrom(1, 2, 5, 600),
    bytesMax: fc.constantFrom(0, 3, 4_096),
    ringsMax: fc.constantFrom(null, 1, 3, 100),
  },
  { requiredKeys: [] },
);

/** Mostly rings: all else is there to change what becomes of them. */
export const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("make" as const),
        limits,
        expiresIn: fc.constantFrom(null, null, 1, 5_000, 600_000),
      }),
    },
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant("ring" as const),
        at,
        bytes: fc.constantFrom(0, 1, 3, 4, 4_096),
        key: fc.constantFrom(undefined, undefined, "a", "b"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("burst" as const), at, count: fc.integer({ min: 2, max: 8 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("pause" as const), at, paused: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("limit" as const), at, limits }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("revoke" as const), at }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("keep" as const),
        itemsMax: fc.integer({ min: 1, max: 6 }),
        whenFull: fc.constantFrom("dropOldest" as const, "refuse" as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("renew" as const),
        which: fc.constantFrom("read" as const, "manage" as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 100, 12_000, 60_000) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("read" as const), after: fc.nat(12) }) },
  ),
  { minLength: 1, maxLength: 60, size: "max" },
);
