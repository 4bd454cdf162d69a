/** T25, the rows of the bell and its notifier: who holds what, and all that can be tried with it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { encodeNew } from "../../../src/kernel/archive/archive.ts";
import { codeNumber, KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Message } from "../../../src/kernel/types.ts";
import { hangBell } from "../../../src/push/bell.ts";
import { RawNotifier } from "../support/raw-notifier.ts";
import { tick } from "../support/ticks.ts";
import { kinds, World } from "../support/world.ts";

const opcode = 7;
const denied = 256 + codeNumber("AccessDenied");

/** What has come to main so far. */
function arrived(main: ServerHandle): Message[] {
  const came: Message[] = [];
  for (let message = main.tryReceive(); message !== undefined; message = main.tryReceive()) came.push(message);
  return came;
}

for (const thread of kinds) {
  test(`T25 ${thread}: the holder of a bell can ring it, and do nothing else`, { timeout: 60_000 }, async (t) => {
    await using world = await World.start();
    const { kernel } = world;
    const main = await world.main();
    const bell = await hangBell(kernel, main, opcode, tick.bytesMax, { thread });
    const second = await hangBell(kernel, main, opcode + 1, tick.bytesMax, { thread });
    let cells = 0;
    const check = (good: boolean, what: string): void => {
      assert(good, `something came through that must not: ${what}`);
      cells += 1;
    };
    const event = encodeNew(tick, { number: 1, text: "" });
    const ring = async (of: typeof bell, sequence: number): Promise<void> => {
      using holder = await kernel.connect(of.sid);
      await holder.move(of.opcode, Memory.copyOf(event), { offset: sequence, valid: of.mark });
      const message = await main.receive({ timeoutMs: 10_000 });
      check(message.id === opcode + (of === second ? 1 : 0), "a ring under another opcode");
      check(message.kind === "move" && message.offset === sequence, "a ring that is another");
    };

    // By the library: every kind under every other opcode.
    using holder = await kernel.connect(bell.sid);
    for (const id of [0, 1, 2, 3, opcode, opcode + 1, 255, 2 ** 31, 2 ** 32 - 1].filter((one) => one !== bell.opcode)) {
      const memory = (): Memory => new Memory(8);
      check(holder.tryScalar(id) === "AccessDenied", `scalar ${id}`);
      check(holder.tryBlockingScalar(id) === "AccessDenied", `blocking scalar ${id}`);
      check(holder.tryLend(id, memory()) === "AccessDenied", `lend ${id}`);
      check(holder.tryMutableLend(id, memory()) === "AccessDenied", `mutable lend ${id}`);
      check(holder.tryMove(id, memory()) === "AccessDenied", `move ${id}`);
    }
    // A holder of one connection has no other: its thread's numbers lead nowhere else.
    const own = new Set([holder.cid]);
    using stranger = await RawNotifier.start(kernel, Sid.random());
    const { lane, connection } = await stranger.connect(bell.sid.words());

    // By hand, past all that the library keeps its user from.
    for (const id of [0, 1, 2, opcode, opcode + 1, 2 ** 32 - 1].filter((one) => one !== bell.opcode)) {
      lane.write(Kind.scalar, connection, id, 1, bell.mark);
      lane.write(Kind.move, connection, id, 1, bell.mark, event);
      lane.write(Kind.blockingScalar, connection, id);
      check(arrived(main).length === 0, `by hand ${id}`);
      check((await lane.next()).id === denied, `by hand ${id}`);
    }
    // What only an owner may ask of the kernel.
    stranger.party.post({ type: "revoke", sid: bell.sid.words() });
    stranger.party.post({ type: "destroyServer", server: 1 });
    for (const server of [0, 1, 2, 3]) {
      if (server === 1) continue;
      stranger.party.post({
        type: "narrow",
        request: 50 + server,
        server,
        sid: Sid.random().words(),
        opcodes: [opcode],
        narrowed: 9,
      });
      check((await stranger.party.hears("failed")).code === "ServerNotFound", "an id of a stranger's server");
    }
    for (let guess = 0; guess < 1_000; guess += 1)
      stranger.party.post({ type: "connect", request: 1_000 + guess, sid: Sid.random().words(), wait: false });
    for (let guess = 0; guess < 1_000; guess += 1)
      check((await stranger.party.hears("failed")).code === "ServerNotFound", "a guessed id");
    // After all that both bells ring.
    await ring(bell, 1);
    await ring(second, 1);

    // Connections that it does not have: 64 forged numbers, each by one who is cut off for it.
    for (let forged = 1; forged < 1_024; forged += 16) {
      using forger = await RawNotifier.start(kernel, Sid.random());
      const to = await forger.connect(bell.sid.words());
      to.lane.write(Kind.move, to.connection + forged, bell.opcode, 1, bell.mark, event);
      check(arrived(main).length === 0, `connection ${forged}`);
      await forger.party.hears("peerGone");
      check(arrived(main).length === 0, `connection ${forged}`);
    }
    await ring(bell, 2);

    // One bell is revoked alone; the id and the connection of it are dead, and look as if they had never been.
    await bell.drop();
    await holder.ended;
    check(holder.tryMove(bell.opcode, Memory.copyOf(event)) === "ServerNotFound", "a ring after the end");
    check((await kernel.tryConnect(bell.sid)) === "ServerNotFound", "a connection after the end");
    await assert.rejects(
      kernel.connection([...own][0] ?? -1),
      (error) => error instanceof KernelError && error.code === "ServerNotFound",
    );
    await ring(second, 2);
    check(arrived(main).length === 0, "what nobody sent");
    await second.drop();
    report(t, `T25 bell and notifier, ${thread}: ${cells} cells, 0 unexpected`);
  });
}
