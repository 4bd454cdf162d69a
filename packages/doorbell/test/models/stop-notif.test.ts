/** The model of stop_notif is right in every state it can reach, and finds each fault that is planted in it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { verify } from "../support/client-spin.ts";
import { spinMissing } from "../support/needs.ts";

const needs = { skip: spinMissing };

/** The faults by their number in the model, with what finds them: which assertion, and whether the claim does as well. */
const faults: readonly { readonly name: string; readonly assertion: RegExp; readonly loses: boolean }[] = [
  { name: "a crossing notification is taken for the OK", assertion: /assertion violated \(\(phase==/, loses: false },
  { name: "a crossing notification is dropped", assertion: /flying==0/, loses: true },
  { name: "nothing is announced at notif", assertion: /received==/, loses: true },
  { name: "what came meanwhile is announced, not what is unread", assertion: /received==/, loses: true },
  { name: "the timer switches while a switch is under way", assertion: /number==tag/, loses: false },
  { name: "a coalesced notification outlives the mode", assertion: /phase!=/, loses: false },
  {
    name: "a notification to a client that does not keep up is given up, and comes with the timer only",
    assertion: /received==/,
    loses: false,
  },
];

test(
  "every interleaving: no OK goes astray, nothing follows it, nothing is lost, nobody waits for ever",
  needs,
  (t) => {
    const size = { ITEMS: 5, LINES: 3 };
    const safety = verify("stop_notif", { what: "safety", defines: size });
    const claim = verify("stop_notif", { what: "claim", defines: size });
    assert.equal(safety.errors, 0, safety.report);
    assert.equal(claim.errors, 0, claim.report);
    report(
      t,
      `T02 model of stop_notif: 0 errors in ${safety.states} states (claim: ${claim.states}), ${faults.length} faults planted below`,
    );
  },
);

for (const [index, { name, assertion, loses }] of faults.entries())
  test(`found when planted: ${name}`, needs, () => {
    const defines = { BUG: index + 1 };
    const safety = verify("stop_notif", { what: "safety", defines });
    assert.ok(safety.errors >= 1, safety.report);
    assert.match(safety.report, assertion);
    // The claim alone, assertions switched off, finds what loses something.
    if (loses) assert.ok(verify("stop_notif", { what: "claim", defines }).errors >= 1, "the claim was not violated");
  });
