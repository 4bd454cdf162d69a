import type { SidWords, SyncOptions } from "@doorbell-js/doorbell/kernel";

/** How caller and servers wait: parked, or in their event loops. */
export type Form = "blocking" | "awaited";

/** What a server of the benchmark is told. */
export interface Job {
  readonly form: Form;
  /** Its own id. */
  readonly sid: SidWords;
  /** For one that stands between: the server behind it, and what it does with a call. */
  readonly behind?: { readonly sid: SidWords; readonly does: "passes on" | "calls itself" };
}

/** The opcodes of the server behind; those of the one between are one more. */
export const Id = { scalar: 10, lend: 20 } as const;

/** Blocking servers wait for ever. */
export const forEver: SyncOptions = { timeoutMs: 2_147_483_648 };
