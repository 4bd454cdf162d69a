import type { Random } from "@doorbell-js/test-support/seed";

/** Does nothing for a time that is about as long as it takes to fall asleep, or to be woken. */
export function pause(random: Random): void {
  const until = performance.now() + random.below(120) / 1_000;
  while (performance.now() < until);
}
