import { type Command, InvalidArgumentError } from "commander";

import type { BellLimits } from "../inbox/index.ts";

/** What a bell may be rung with, as the options of a command say. */
export interface BellLimitOptions {
  readonly perMinute?: number;
  readonly ringsMax?: number | "none";
  readonly bytesMax?: number;
  readonly expires?: number | "none";
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function withBellLimits(command: Command): Command {
  return command
    .option("--per-minute <count>", "rings a minute (default: 60)", whole)
    .option("--rings-max <count>", "rings in all; none: as many as come (default: none)", orNone(whole))
    .option("--bytes-max <count>", "bytes of a ring's text (default: 4096, and no more)", whole)
    .option(
      "--expires <when>",
      "when it ends: after 30m, 12h or 7d, at 2027-01-31 or 2027-01-31T08:00Z; none: never (default: none)",
      orNone(moment),
    );
}

/** Those that were given. What the hub does not take it says. */
export function bellLimits({ perMinute, ringsMax, bytesMax, expires }: BellLimitOptions): Partial<BellLimits> {
  return {
    ...(perMinute !== undefined && { perMinute }),
    ...(ringsMax !== undefined && { ringsMax: ringsMax === "none" ? null : ringsMax }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(expires !== undefined && { expiresAt: expires === "none" ? null : expires }),
  };
}

/** The word itself: commander would take null for a value that is missing. */
function orNone(read: (text: string) => number): (text: string) => number | "none" {
  return (text) => (text === "none" ? text : read(text));
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
  return Number(text);
}

/** Milliseconds since 1970. */
function moment(text: string): number {
  const [, number, unit = ""] = /^(\d{1,9})([mhd])$/.exec(text) ?? [];
  if (number !== undefined) return Date.now() + Number(number) * (UNITS[unit] ?? 0);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("Expected a time: 30m, 12h, 7d, 2027-01-31 or 2027-01-31T08:00Z.");
  return at;
}
