/**
 * T24, the stronger form: a word of an id that was just used, guessed for the first time. Whatever remembers the parts of
 * an id beside the table that it is looked up in shows here, and not where both classes are repeated.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { leakages, LIMIT } from "@doorbell-js/test-support/timing";

for (const words of [1, 3]) {
  test(
    `T24 the time of a first guess does not tell that ${words} of 4 words are right`,
    { timeout: 120_000 },
    async (t) => {
      const samples = 50_000;
      const seen = await leakages(new URL("./t24-timed-guess.js", import.meta.url), ["first", String(words)], samples);
      const figures = seen.map((one) => one.toFixed(1)).join(", ");
      report(
        t,
        `T24 first guess: ${words} of 4 words right t = ${figures} (limit ${LIMIT}, ${samples} samples a class)`,
      );
      assert(Math.abs(seen.at(-1) as number) < LIMIT, `the time tells a word that is right: t = ${figures}`);
    },
  );
}
