/** The model of how calls are passed on is right in every state it can reach, and finds each fault planted in it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import { assertRight, verify } from "../support/client-spin.ts";
import { spinMissing } from "../support/needs.ts";

const needs = { skip: spinMissing };

type Size = Readonly<Record<string, number>>;

/** Who passes on first lives: only so is there a second call. */
const FIRST_LIVES = 6;

const one: Size = {};
/** More than one slot in a ring: the caller is not woken for each. */
const quiet: Size = { ROOM: 3 };
const twoCalls: Size = { CALLS: 2 };

const sizes: readonly Size[] = sized([one], [one, quiet, twoCalls]);
const claims: readonly Size[] = sized([one], [one, quiet, { ...twoCalls, MORTAL: FIRST_LIVES }]);

const waits = /assertion violated !\(pending\)/;
const failsToldOf = /assertion violated !\(told/;

/** The faults in the order of their numbers in the model, each with a size in which it shows, and what shows it. */
const faults: readonly (readonly [string, Size, RegExp])[] = [
  ["how often a call was passed on is not compared", one, failsToldOf],
  ["the caller is told before the message is sent", one, waits],
  ["a late answer ends the next call of that place", twoCalls, /assertion violated \(which==key\)/],
  ["a word that names a thread that has ended is noted, and no more", one, waits],
  ["a call fails when the thread dies that it was sent to, although it was passed on", one, failsToldOf],
  ["who hears of a death leaves asleep whom it told something without waking it", quiet, waits],
  ["a message is dropped if its forwarder's death is heard of while it is taken", one, waits],
  ["a word for which there is no room is not told", twoCalls, failsToldOf],
  ["a death is acted on before what the dead thread published is taken", one, failsToldOf],
  ["what was passed on is discarded when its forwarder dies", one, waits],
];
const planted = faults.slice(0, sized(2, faults.length));

test(
  "every interleaving of passing on, answers and deaths: each call ends once, by its own answer, and none waits for ever",
  needs,
  (t) => {
    const states = assertRight("forward", { safety: sizes, claim: claims });
    report(t, `K20 model of passing on: 0 errors in ${states} states, ${planted.length} faults planted below`);
  },
);

for (const [index, [name, size, shows]] of planted.entries())
  test(`found when planted: ${name}`, needs, () => {
    const { errors, report: said } = verify("forward", { what: "safety", defines: { ...size, BUG: index + 1 } });
    assert.ok(errors >= 1, said);
    assert.match(said.replaceAll(/ +/g, " "), shows);
  });
