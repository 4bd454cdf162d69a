import { describe, test } from "node:test";

import { type Canary, runCanary } from "./canary.ts";

/** One test for each canary, by what it says. Two at a time: they mostly wait for what will not come. */
export function runCanaries(canaries: Readonly<Record<string, Canary>>): void {
  describe("canaries", { concurrency: 2 }, () => {
    for (const [name, canary] of Object.entries(canaries))
      test(name, { skip: canary.skip ?? false }, () => runCanary(canary));
  });
}
