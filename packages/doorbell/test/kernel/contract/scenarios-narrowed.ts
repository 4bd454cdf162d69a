import assert from "node:assert/strict";

import type { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { isRuled, ruledMemory } from "../support/contents.ts";
import { received } from "./forms.ts";
import type { Scenario } from "./scenarios.ts";

/** The promises of a narrowed id between two threads. */
export const narrowed: Readonly<Record<string, Scenario>> = {
  "K29 nothing that came by a revoked id takes effect, and calls that wait there fail": {
    async serve(server, form, kernel) {
      const narrowed = await server.narrow({ opcodes: [7, 8] });
      const first = await server.receive();
      assert(first.kind === "blockingScalar");
      const [a, b, c, d] = narrowed.sid.words();
      first.answer(a, b, c, d, 0);
      // Of what was sent by the id some is in the queue by now, some on its way, some not sent yet.
      while (server.queued < 3) await kernel.inspect();
      assert.equal((await server.receive()).id, 7);
      narrowed.revoke();
      narrowed.revoke();
      assert.equal(server.queued, 0);
      for await (const message of received(server, form)) assert.notEqual(message.id, 8);
    },
    async use(caller, kernel) {
      const words = await caller.ask(1);
      using narrow = await kernel.connect(Sid.from(words.slice(0, 4)));
      await narrow.scalar(7);
      for (let sent = 0; sent < 20; sent += 1) await narrow.scalar(8);
      await narrow.move(8, ruledMemory(9));
      const memory = ruledMemory(4);
      const calls = [narrow.blockingScalar(8), narrow.lend(8, memory), narrow.blockingScalar(8)];
      for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[])
        assert.deepEqual([status, (reason as KernelError).code], ["rejected", "ServerNotFound"]);
      assert(isRuled(memory.bytes), "what was lent is back as it was");
      await assert.rejects(narrow.blockingScalar(8), { code: "ServerNotFound" });
    },
  },
};
