import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until, within } from "@doorbell-js/test-support/until";

import { Kind } from "../../../src/kernel/ring/layout.ts";
import { PassingWorld, serve } from "./passing-world.ts";

test(
  "T26 a caller that takes nothing holds up nobody else whose calls are passed on",
  { timeout: 60_000 },
  async (t) => {
    await using world = await PassingWorld.start();
    const passer = await world.joined.join();
    const outer = await passer.createServer();
    const toHonest = await passer.connect(world.honest.sid);
    const toOuter = await world.caller.connect(outer.sid);
    // Each as soon as the one before has gone: as a public face does it.
    void (async () => {
      for await (const message of outer) await message.forward(toHonest, 1);
    })();
    void (async () => {
      for await (const message of world.honest) serve(message);
    })();
    const raw = await world.raw();
    const connection = await raw.connect(outer.sid);
    const lane = await raw.laneTo(passer.thread);
    const rounds = 40;
    let calls = 0;
    let longest = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (let one = 0; one < 50; one += 1, calls += 1)
        lane.write({ kind: Kind.blockingScalar, connection, id: 1, call: calls, fifth: calls });
      const began = performance.now();
      const [answer] = await within("an honest call is served", toOuter.blockingScalar(1));
      assert.equal(answer, 7);
      longest = Math.max(longest, performance.now() - began);
      await until("its calls are passed on", async () =>
        (await world.caller.inspect()).servers.every(({ queued }) => queued === 0),
      );
    }
    assert.equal(lane.reader.available, 128, "its ring is full");
    assert.equal((await raw.laneTo(world.server.thread)).reader.available, 128);
    // It takes them at last: each was answered, once, and it was told of each.
    const answers = new Set<number>();
    const way = await raw.laneTo(world.server.thread);
    while (answers.size < calls) {
      const answer = await within("an answer", way.next());
      assert.deepEqual([answer.kind, answer.a], [Kind.passedAnswer, 7]);
      assert(!answers.has(answer.call));
      answers.add(answer.call);
    }
    // The kernel, a thread of its own, tells it of those for which the ring had no room.
    const told = (): number => raw.all.filter(({ type }) => type === "passed").length + lane.reader.available;
    await until("of each call, that it was passed on", () => told() >= calls);
    assert.equal(told(), calls, "of each call it was told once that it was passed on");
    report(
      t,
      `T26 caller that takes nothing: ${calls} calls, others served meanwhile ${rounds}, longest ${longest.toFixed(1)} ms`,
    );
    world.honest.destroy({ force: true });
    outer.destroy({ force: true });
    assert.equal((await world.caller.inspect()).quarantined, 0);
  },
);
