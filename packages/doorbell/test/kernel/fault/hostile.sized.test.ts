import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline, until } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

test(
  `T26 a thread that writes anything into its rings harms nobody else [SEED=${seed}]`,
  { timeout: 120_000 },
  async (t) => {
    const random = new Random();
    let cut = 0;
    let calls = 0;
    const rounds = 15;
    /** What a scribbler writes. */
    const mutations = sized(60_000, 300_000);
    for (let round = 0; round < rounds; round += 1) {
      const target = ["all", "tail", "slot", "credits", "wake"][round % 5];
      await using kernel = await Kernel.start();
      // The attacked thread is this one; the honest client, a worker.
      using server = await kernel.createServer();
      const counters = new SharedArrayBuffer(8);
      await using honest = await kernel.spawn(new URL("./honest-client.js", import.meta.url), {
        data: { sid: server.sid.words(), counters },
      });
      const errors: unknown[] = [];
      honest.worker.on("error", (error) => errors.push(error));
      void (async () => {
        for await (const message of server) {
          if (message.sender !== honest.thread) message[Symbol.dispose]();
          else if (message.kind === "blockingScalar") {
            message.answer(message.words[0] + 1);
            calls += 1;
          }
        }
      })();
      const seen = new Int32Array(counters);
      // It is served before the other comes, which has nothing to load and is quicker.
      await until("answers to the honest client", () => Atomics.load(seen, 0) > 0, 60_000);
      const port = await kernel.invite();
      const progress = new SharedArrayBuffer(4);
      const workerData = { port, sid: server.sid.words(), seed: random.below(2 ** 31), target, mutations, progress };
      const scribbler = new Worker(new URL("./scribbler.js", import.meta.url), { workerData, transferList: [port] });
      scribbler.on("error", (error) => errors.push(error));
      await using _ = { [Symbol.asyncDispose]: async () => void (await scribbler.terminate()) };
      // Until the scribbler is through, and the honest client has been answered a thousand times more.
      const written = new Int32Array(progress);
      const began = performance.now();
      for (let enough = Infinity; Atomics.load(seen, 0) < enough; await new Promise(setImmediate)) {
        assert(performance.now() - began < deadline(60_000), "the honest client is not served any more");
        if (enough === Infinity && Atomics.load(written, 0) === mutations) enough = Atomics.load(seen, 0) + 1_000;
      }
      assert.deepEqual(errors, []);
      assert.equal(Atomics.load(seen, 1), 0, "an honest call failed");
      cut += (await kernel.inspect()).quarantined;
      await scribbler.terminate();
      // The server still serves.
      using mine = await kernel.connect(server.sid);
      assert.equal(mine.alive, true);
      assert.equal(await kernel.tryConnect(Sid.random()), "ServerNotFound");
    }
    assert(cut > 0, "no lane was ever cut: the scribbler did not get through");
    report(
      t,
      `T26 hostile ring peer: ${rounds * mutations} mutations, ${cut} lanes cut, ${calls} honest calls, harmed ${zero(calls)} seed ${seed}`,
    );
  },
);
