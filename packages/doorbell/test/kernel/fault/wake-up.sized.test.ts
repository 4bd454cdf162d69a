import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { wokenMs } from "../support/woken.ts";
import { pause } from "./pause.ts";

const rounds = sized(2_500, 15_000);

for (const serverSync of [true, false]) {
  for (const callSync of [true, false]) {
    const how = `${callSync ? "blocking" : "awaited"} calls, ${serverSync ? "blocking" : "awaiting"} server`;
    test(`T03 no wake-up is lost: ${how} [SEED=${seed}]`, { timeout: 300_000 }, async (t) => {
      const random = new Random();
      await using kernel = await Kernel.start();
      const sid = Sid.random();
      await using _thread = await kernel.spawn(new URL("./pausing-server.js", import.meta.url), {
        data: { sid: sid.words(), sync: serverSync, seed: random.below(2 ** 31) },
      });
      const connection = await kernel.connect(sid);
      let longest = 0;
      for (let round = 0; round < rounds; round += 1) {
        const before = performance.now();
        // Scalars fill the queue, so that senders wait for room as well as for answers.
        for (let more = random.below(4); more > 0; more -= 1) {
          if (callSync) connection.scalarSync(1);
          else await connection.scalar(1);
        }
        const [answer] = callSync
          ? connection.blockingScalarSync(2, [round])
          : await connection.blockingScalar(2, [round]);
        assert.equal(answer, round);
        const took = performance.now() - before;
        assert(took < deadline(wokenMs), `a wake-up was lost: round ${round} took ${ms(took)}`);
        longest = Math.max(longest, took);
        pause(random);
      }
      report(t, `T03 wake-ups (${how}): ${rounds} rounds, longest ${ms(longest)}, lost ${zero(rounds)} seed ${seed}`);
    });
  }
}
