import assert from "node:assert/strict";
import { test } from "node:test";

import { sized } from "@doorbell-js/test-support/sized";

import { Kernel } from "../../src/kernel/kernel.ts";
import type { Message } from "../../src/kernel/types.ts";
import { Threads } from "./support/threads.ts";

const last = sized(4_000, 20_000);
const places = 3;

for (const form of ["await", "sync", "in turns"] as const) {
  test(
    `K9 what was sent before another thread began to send is received first (${form})`,
    { timeout: 120_000 },
    async () => {
      await using kernel = await Kernel.start();
      using server = await kernel.createServer({ queueMax: 16 });
      const shared = new SharedArrayBuffer(8);
      await using threads = new Threads();
      for (let place = 0; place < places; place += 1) {
        const data = { sid: server.sid.words(), shared, place, places, last };
        threads.add(await kernel.spawn(new URL("./order-sender.js", import.meta.url), { data }));
      }
      let next = 0;
      for (let ended = 0; ended < places;) {
        let message: Message | undefined;
        if (form === "sync") message = server.receiveSync();
        else if (form === "await") message = await server.receive();
        // A receiver that comes late finds several lanes filled.
        else {
          for (let idle = next % 50; idle > 0; idle -= 1) await new Promise(setImmediate);
          message = server.tryReceive();
        }
        if (message === undefined) continue;
        if (message.kind === "blockingScalar") {
          ended += 1;
          message.answer(0);
          continue;
        }
        assert.equal(message.id, next, "a message was overtaken");
        next += 1;
      }
      assert(next >= last);
    },
  );
}
