/** The model of how the right to answer is handed on is right in every state it can reach, and finds planted faults. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { spinMissing } from "../support/client-needs.ts";
import { verify } from "../support/client-spin.ts";
import { report } from "../support/results.ts";

const needs = { skip: spinMissing };

type Size = Readonly<Record<string, number>>;

// Who may die, in the bits of MORTAL.
const FIRST = 1;
const FIRST_TWO = 3;

const two = (more: Size = {}): Size => ({ THREADS: 2, ...more });
/** Each thread has the message once at most. */
const chain = (threads: number, more: Size = {}): Size => ({ THREADS: threads, BACK: 0, ...more });

const sizes: readonly Size[] = [
  two(),
  chain(3),
  { THREADS: 3, FORWARDS: 2, MORTAL: FIRST_TWO },
  chain(4, { MORTAL: FIRST }),
];
const claims: readonly Size[] = [two(), chain(3, { MORTAL: FIRST_TWO })];

/** The faults in the order of their numbers in the model, each with a size in which it shows. */
const faults: readonly (readonly [string, Size])[] = [
  ["a forwarder sends before it passes the right on", two()],
  ["an answer that does not match is dropped at once", two()],
  ["a pass that does not match is dropped at once", chain(3)],
  ["what was set aside during a round is dropped at its end", chain(4, { MORTAL: 0 })],
  ["lanes of which the kernel's news is not heard yet are not taken", chain(3)],
  ["nobody is asked when a forwarder dies", two({ MORTAL: FIRST })],
  ["who is asked does not take the dead thread's lane first", two()],
  ["a message that was forwarded is discarded when its forwarder dies", two({ MORTAL: FIRST })],
  ["a call fails when the thread that it was sent to dies, although it was passed on", two()],
  ["a pass to a thread that has ended is noted, and no more", two()],
  ["a call fails before what a dead thread published is taken", two()],
];

test(
  "every interleaving of forwards, answers and deaths: the call ends once, by its answer if there is one",
  needs,
  (t) => {
    let states = 0;
    for (const [what, all] of [
      ["safety", sizes],
      ["claim", claims],
    ] as const) {
      for (const defines of all) {
        const found = verify("forward", { what, defines });
        assert.equal(found.errors, 0, `${JSON.stringify(defines)}: ${found.report}`);
        states += found.states;
      }
    }
    report(t, `K20 model of forwards: 0 errors in ${states} states, ${faults.length} faults planted below`);
  },
);

for (const [index, [name, size]] of faults.entries())
  test(`found when planted: ${name}`, needs, () => {
    const { errors, report: said } = verify("forward", { what: "safety", defines: { ...size, BUG: index + 1 } });
    assert.ok(errors >= 1, said);
    assert.match(said, /assertion violated/);
  });
