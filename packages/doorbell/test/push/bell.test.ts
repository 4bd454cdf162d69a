/** A bell, seen by whoever holds it: it can be rung, and nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Random, seed } from "@doorbell-js/test-support/seed";
import { until, within } from "@doorbell-js/test-support/until";

import { encodeNew } from "../../src/kernel/archive/archive.ts";
import { KernelError } from "../../src/kernel/errors.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Memory } from "../../src/kernel/memory.ts";
import type { ServerHandle } from "../../src/kernel/thread/server.ts";
import type { Connection } from "../../src/kernel/types.ts";
import { hangBell } from "../../src/push/bell.ts";
import { tick } from "./support/ticks.ts";
import { kinds, nothingLeft, World } from "./support/world.ts";

const Wifi = 0x9e3779b1;
const bytesMax = tick.bytesMax;

/** A message of any kind; how it fails if it does. */
async function send(to: Connection, kind: number, id: number, memory: Memory): Promise<string> {
  const options = { timeoutMs: 10_000 };
  const failure = (error: unknown): string => (error instanceof KernelError ? error.code : String(error));
  const sends = [
    async () => await to.scalar(id, [1, 2], options),
    async () => void (await to.blockingScalar(id, [1, 2, 3, 4], options)),
    async () => void (await to.lend(id, memory, { ...options, offset: 3 })),
    async () => void (await to.mutableLend(id, memory, { ...options, offset: 3 })),
    async () => await to.move(id, memory, options),
  ];
  return await (sends[kind] as () => Promise<void>)().then(() => "sent", failure);
}

/** All that has come to main. */
function arrived(main: ServerHandle): unknown[] {
  const came: unknown[] = [];
  for (let message = main.tryReceive(); message !== undefined; message = main.tryReceive()) {
    came.push(message.kind === "scalar" ? message.words[0] : "bytes" in message ? message.offset : message.kind);
    assert.equal(message.id, Wifi, "something came under another opcode");
    message[Symbol.dispose]();
  }
  return came;
}

for (const thread of kinds) {
  describe(`${thread} bells`, { timeout: 60_000 }, () => {
    test(`P1 P4 whatever its holder sends, a bell is rung or it is not: seed ${seed}`, async () => {
      const random = new Random();
      await using world = await World.start();
      const { kernel } = world;
      const main = await world.main(4_096);
      const bell = await hangBell(kernel, main, Wifi, bytesMax, { thread, queueMax: 4_096 });
      using holder = await kernel.connect(bell.sid);
      const came: unknown[] = [];
      let strange = 0;
      const receiving = (async () => {
        for await (const message of main) {
          assert.equal(message.id, Wifi, "something came under another opcode");
          if (message.kind === "blockingScalar") strange += message.words[2];
          else came.push(message.kind === "scalar" ? message.words[0] : message.offset);
          message[Symbol.dispose]();
        }
      })();
      const rings: number[] = [];
      let others = 0;
      for (let round = 0; round < 600; round += 1) {
        const kind = random.below(5);
        const id = random.pick([bell.opcode, bell.opcode, 0, 1, 2, Wifi, random.below(2 ** 32), 2 ** 32 - 1]);
        const size = random.pick([0, 1, 64, bytesMax, bytesMax + 1, 100_000]);
        const was = await send(holder, kind, id, new Memory(size));
        // Lent memory comes back, and calls are dropped: nothing holds a notifier.
        const wanted = kind === 1 ? "Unanswered" : "sent";
        assert.equal(was, id === bell.opcode ? wanted : "AccessDenied", `opcode ${id}, kind ${kind}`);
        if (id !== bell.opcode) continue;
        if (kind === 0) rings.push(1);
        else if (kind === 4 && size <= bytesMax) rings.push(0);
        else others += 1;
      }
      // A message that tells a number comes through, and so do bytes, which may be an event; of all else comes the amount. (Of a direct bell main sees all kinds.)
      await holder.move(bell.opcode, Memory.copyOf(encodeNew(tick, { number: 1, text: "" })), { offset: 5 });
      await until("the last ring", () => came.at(-1) === 5);
      if (thread !== "direct") {
        assert.deepEqual(came, [...rings, 5]);
        await until(`all ${others} that are no rings are told`, () => strange === others);
      }
      await within("the bell's end", bell.drop());
      await holder.ended;
      assert.equal(await send(holder, 0, bell.opcode, new Memory(1)), "ServerNotFound");
      assert.equal(await kernel.tryConnect(bell.sid), "ServerNotFound");
      main.destroy();
      await receiving;
    });

    test("P1 dropping it leaves nothing, whoever holds it, and in whatever state it is", async () => {
      await using world = await World.start();
      const { kernel } = world;
      const main = await world.main(2);
      await (await hangBell(kernel, main, Wifi, bytesMax, { thread })).drop();
      const before = await kernel.inspect();
      for (const behind of ["wait", "dropNewest", "latest"] as const) {
        const bell = await hangBell(kernel, main, Wifi, bytesMax, { thread, behind, queueMax: 2 });
        const holder = await kernel.connect(bell.sid);
        while (holder.tryMove(bell.opcode, new Memory(9), { offset: 1 }) === undefined)
          if (behind !== "wait" && main.queued > 1) break;
        await within("the bell's end", bell.drop());
        arrived(main);
        await nothingLeft(kernel, before);
      }
    });
  });
}

test("P1 a bell answers Drop before it is gone, and one that waits for room as well", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const { kernel } = world;
  const main = await world.main(1);
  for (let round = 0; round < 50; round += 1) {
    const bell = await hangBell(kernel, main, Wifi, bytesMax, { queueMax: 1 });
    using holder = await kernel.connect(bell.sid);
    for (let rings = round % 5; rings > 0; rings -= 1) holder.tryMove(bell.opcode, new Memory(9), { offset: 1 });
    await within("the bell's end", bell.drop());
    arrived(main);
  }
});

test("P4 Drop is the subscriber's alone, and ids are not guessed", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const main = await world.main();
  const bell = await hangBell(world.kernel, main, Wifi, bytesMax, {});
  using holder = await world.kernel.connect(bell.sid);
  for (let id = 0; id < 1_024; id += 1) {
    if (id === bell.opcode) continue;
    await assert.rejects(holder.blockingScalar(id), { code: "AccessDenied" });
  }
  for (let guess = 0; guess < 1_000; guess += 1)
    assert.equal(await world.kernel.tryConnect(Sid.random()), "ServerNotFound");
  await holder.move(bell.opcode, new Memory(9), { offset: 1 });
  assert.equal((await main.receive({ timeoutMs: 10_000 })).id, Wifi);
  await bell.drop();
});
