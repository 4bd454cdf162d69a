/** Numbers that a seed gives: those of SEED in the environment again, if it is there. */
import { randomInt } from "node:crypto";

/** Returns a seed, and a function that draws a whole number from 0 and below its argument. */
export function seeded() {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
  let state = seed >>> 0;
  const random = (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return { seed, random };
}
