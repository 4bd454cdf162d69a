import type { Bell } from "../inbox/index.ts";
import { colors, print, printable } from "./terminal.ts";

/** A bell on a line, for a person. */
export function bellLine({ id, label, state, rings, refused, lastRangAt }: Bell): string {
  const { cyan, green, yellow } = colors(process.stdout);
  const color = state === "active" ? green : yellow;
  const last = lastRangAt === null ? "never rung" : `rung ${times(rings)}, last at ${time(lastRangAt)}`;
  const not = refused === 0 ? "" : `; ${refused} refused since the hub started`;
  return `${String(id).padStart(3)}  ${cyan(printable(label))}  ${color(words[state])}  ${last}${not}`;
}

/** All of a bell, for a person. */
export function printBell(
  bell: Bell & { readonly ringsByHour: readonly { readonly hour: number; readonly rings: number }[] },
): void {
  const { perMinute, bytesMax, ringsMax, expiresAt, createdAt, ringsByHour } = bell;
  print(bellLine(bell));
  print(`made     ${time(createdAt)}`);
  print(
    `takes    ${perMinute} rings a minute, texts of ${bytesMax} bytes, ${ringsMax === null ? "any number of rings" : `${ringsMax} rings in all`}`,
  );
  print(`ends     ${expiresAt === null ? "never" : time(expiresAt)}`);
  for (const { hour, rings } of ringsByHour) print(`  ${time(hour)}  ${times(rings)}`);
}

const words: Readonly<Record<Bell["state"], string>> = {
  active: "rings",
  paused: "is paused",
  revoked: "is revoked",
  expired: "has expired",
  usedUp: "is used up",
};

function time(at: number): string {
  return new Date(at).toISOString();
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
