/** The model of reconnection is right in every state it can reach, and finds each fault that is planted in it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { verify } from "../support/client-spin.ts";
import { spinMissing } from "../support/needs.ts";

const needs = { skip: spinMissing };

/** The faults by their number in the model. Each breaks the order: an item comes twice, or one is passed over. */
const faults: readonly string[] = [
  "what a new session gives is taken for new",
  "as many items are skipped as a session may give again",
  "it is decided at the first item",
  "an item on its way counts as received",
];

test("every interleaving of losses and items: none twice, none missed, all in the end", needs, (t) => {
  const size = { ITEMS: 6, LOSSES: 3 };
  const safety = verify("reconnect", { what: "safety", defines: size });
  const claim = verify("reconnect", { what: "claim", defines: size });
  assert.equal(safety.errors, 0, safety.report);
  assert.equal(claim.errors, 0, claim.report);
  report(
    t,
    `T02 model of reconnection: 0 errors in ${safety.states} states (claim: ${claim.states}), ${faults.length} faults planted below`,
  );
});

for (const [index, name] of faults.entries())
  test(`found when planted: ${name}`, needs, () => {
    const { errors, report: said } = verify("reconnect", { what: "safety", defines: { BUG: index + 1 } });
    assert.ok(errors >= 1, said);
    assert.match(said, /assertion violated \((item|held\[length\])==\(last\+1\)\)/);
  });
