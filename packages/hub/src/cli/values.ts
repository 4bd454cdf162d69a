import { InvalidArgumentError } from "commander";

/** Readers of option values: each gives the value, or says what is expected. */

export function port(text: string): number {
  return whole(text, 0, 65_535);
}

export function perMinute(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 60_000))
    throw new InvalidArgumentError("Expected a number from 0 to 60000.");
  return value;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds; `Infinity` for `off`. */
export function idle(text: string): number {
  if (text === "off") return Infinity;
  const [, number, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? NaN);
  if (ms >= 1_000 && ms <= 24 * 86_400_000) return ms;
  throw new InvalidArgumentError("Expected a time with its unit, as 30s, 5m or 1h, from 1s to 24d; or off, for never.");
}

export function count(text: string): number {
  return whole(text, 1, 100);
}

function whole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  return value;
}
