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

export function count(text: string): number {
  return whole(text, 1, 100);
}

function whole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  return value;
}
