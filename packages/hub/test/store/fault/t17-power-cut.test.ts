/** T17: the power goes at any moment, and what was not synced is gone, or there in part and in any order. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";
import { seed } from "@doorbell-js/test-support/seed";

import { buildFaultyDisk, checkCuts, ringUntilItEnds } from "../../support/faulty-disk.ts";
import { Ledger } from "../../support/ledger.ts";
import { gccMissing } from "../../support/needs.ts";

const LIVES = 2;
const CUTS = 40;

test(
  "T17 the power is cut: nothing that was acknowledged is lost",
  { skip: gccMissing, timeout: 300_000 },
  async (t) => {
    using folder = newFolder();
    const library = buildFaultyDisk(folder.path);
    const ledger = new Ledger();
    let data = folder.file("data");
    let cuts = 0;
    for (let life = 0; life < LIVES; life += 1) {
      const fault = { kind: "cut", every: 20, cuts: CUTS, seed: seed + life } as const;
      const { code, said } = await ringUntilItEnds(data, ledger, { library, fault });
      assert.equal(code, 99, `the power was not cut: ${said}`);
      cuts += await checkCuts(data, ledger, said, `life ${life + 1}, seed ${seed}`);
      // The next one goes on from what the last cut left.
      data = `${data}.cut${CUTS}`;
    }
    const acks = ledger.acked.size;
    assert.ok(acks > cuts, `too few rings for a test: ${acks}`);
    report(t, `T17 power cut: cuts ${cuts} acks ${acks} lost 0 (bound ${(3 / cuts).toFixed(3)} a cut) seed ${seed}`);
  },
);
