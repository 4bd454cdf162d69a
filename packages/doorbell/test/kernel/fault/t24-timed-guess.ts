/**
 * Times guesses at an id in a process of its own, for T24: `again` guesses at a server's id whose first words are right every
 * time, or wrong every time; `first` makes both ids anew for each guess, one of them a server's. The second word is how
 * many of the four words are right.
 */
import { asked, type Measured, measure } from "@doorbell-js/test-support/timing";

import type { SidWords } from "../../../src/kernel/ids.ts";
import { AskedBroker, bigWord, bigWords } from "../support/asked-broker.ts";

const [form, count] = asked().words;
const core = new AskedBroker();
measure(form === "first" ? first() : again());

function again(): Measured<SidWords> {
  const secret = bigWords();
  core.create(1, secret);
  const heads = [bigWords(), secret] as const;
  return {
    prepare: (way) => completed(heads[way], bigWord(), bigWord(), bigWord()),
    run: (guess) => void core.guess(guess),
  };
}

function first(): Measured<SidWords> {
  return {
    prepare(way) {
      // Both are made, and one is a server's: what is guessed is of the one, or of the other.
      const ids = [bigWords(), bigWords()] as const;
      core.create(1, ids[1]);
      return completed(ids[way], bigWord(), bigWord(), bigWord());
    },
    run: (guess) => void core.guess(guess),
    after: () => core.destroy(1),
  };
}

/** Takes over as many words of an id as are right, and the rest from `others`. */
function completed([a, b, c]: SidWords, ...others: [number, number, number]): SidWords {
  return count === "1" ? [a, ...others] : [a, b, c, others[2]];
}
