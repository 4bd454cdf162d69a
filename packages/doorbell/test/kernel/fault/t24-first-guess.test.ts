/**
 * T24, the stronger form: a word of an id that was just used, guessed for the first time. Whatever remembers the parts of
 * an id beside the table that it is looked up in shows here, and not where both classes are repeated.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { SidWords } from "../../../src/kernel/ids.ts";
import { report } from "../../support/results.ts";
import { AskedBroker, bigWords } from "../support/asked-broker.ts";
import { leakages } from "../support/timing.ts";

for (const words of [1, 3]) {
  test(`T24 the time of a first guess does not tell that ${words} of 4 words are right`, { timeout: 120_000 }, (t) => {
    const samples = 50_000;
    const core = new AskedBroker();
    const seen = leakages(
      {
        prepare(way): SidWords {
          // Both are made, and one is a server's: what is guessed is of the one, or of the other.
          const ids = [bigWords(), bigWords()] as const;
          core.create(1, ids[1]);
          const [a, b, c] = ids[way];
          const guess = bigWords();
          return words === 1 ? [a, guess[1], guess[2], guess[3]] : [a, b, c, guess[3]];
        },
        run: (guess) => void core.guess(guess),
        after: () => core.destroy(1),
      },
      samples,
    );
    const figures = seen.map((one) => one.toFixed(1)).join(", ");
    report(t, `T24 first guess: ${words} of 4 words right t = ${figures} (limit 4.5, ${samples} samples a class)`);
    assert(Math.abs(seen.at(-1) as number) < 4.5, `the time tells a word that is right: t = ${figures}`);
  });
}
