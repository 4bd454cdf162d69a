import { type Bell, fromNow } from "../core/index.ts";

/** What there is to say of a bell, each in a few words. */
export function bellFacts(bell: Bell, now: number): readonly string[] {
  const { rings, ringsMax, refused, lastRangAt, perMinute, expiresAt } = bell;
  const facts = [ringsMax === null ? `${rings} ${rings === 1 ? "ring" : "rings"}` : `${rings} of ${ringsMax} rings`];
  if (lastRangAt !== null) facts.push(`last ${fromNow(lastRangAt, now)}`);
  if (refused > 0) facts.push(`${refused} refused`);
  facts.push(`up to ${perMinute} a minute`);
  if (expiresAt !== null) facts.push(`${expiresAt > now ? "ends" : "ended"} ${fromNow(expiresAt, now)}`);
  return facts;
}
