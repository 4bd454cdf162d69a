/** The model of calls and their answers is right in every state it can reach, and finds each fault planted in it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import { assertRight, verify } from "../support/client-spin.ts";
import { spinMissing } from "../support/needs.ts";

const needs = { skip: spinMissing };

/** The faults in the order of their numbers in the model. Those of a server's end show while its thread lives on. */
const faults: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ["the generation of an answer is not looked at", {}],
  ["an index is free at its call's deadline", {}],
  ["an answer ends a call that has ended", {}],
  ["a death is acted on before the answers that were published are taken", {}],
  ["the lane of an answer is not looked at", {}],
  ["the calls of a lane are left waiting when it ends", {}],
  ["a message can be answered twice", {}],
  ["a server that is destroyed forgets what it owes", { DIES: 0 }],
  ["a server that is destroyed drops what still comes", { DIES: 0 }],
  ["a generation is not counted up", {}],
];
const planted = faults.slice(0, sized(2, faults.length));

test("every interleaving of calls, answers, deadlines and ends: each call ends once, by its own answer", needs, (t) => {
  const states = assertRight("calls", {
    safety: sized([{}, { DIES: 0 }], [{}, { DIES: 0 }, { CALLS: 2, LIES: 2, DEADLINES: 2 }]),
    claim: sized([], [{ CALLS: 2 }]),
  });
  report(t, `T06 model of calls: 0 errors in ${states} states, ${planted.length} faults planted below`);
});

for (const [index, [name, size]] of planted.entries())
  test(`found when planted: ${name}`, needs, () => {
    const { errors, report: said } = verify("calls", { what: "safety", defines: { ...size, BUG: index + 1 } });
    assert.ok(errors >= 1, said);
    assert.match(said, /assertion violated/);
  });
