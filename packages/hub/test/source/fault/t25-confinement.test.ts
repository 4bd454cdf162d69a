/** T25, the rows of the sources: what can be asked through their public faces, and that nothing else can. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Connection, KernelError, Memory } from "@doorbell-js/doorbell/kernel";
import { report } from "@doorbell-js/test-support/results";

import { NetManagerService } from "../../../src/network/serve.ts";
import { BoardService, SourceService } from "../../../src/source/api.ts";
import { status } from "../../support/mock-backend.ts";
import { SourceWorld } from "../../support/source-world.ts";

/** What each name lets through. */
const faces: Readonly<Record<string, readonly string[]>> = {
  "source.random": ["Subscribe", "Unsubscribe", "Fetch"],
  "source.classified": ["Subscribe", "Unsubscribe", "Fetch"],
  "source.network": ["Subscribe", "Unsubscribe", "Fetch"],
  board: ["Post"],
  net: ["SubscribeWifiStats", "UnsubWifiStats"],
};

const entries = { ...SourceService.entries, ...BoardService.entries, ...NetManagerService.entries };
/** Every opcode that a private server of the hub has, and some that none has. */
const opcodes = [...Object.values(entries).map(({ opcode }) => opcode), 6, 15, 19, 255, 2 ** 31, 2 ** 32 - 1];

/** All that can be sent and is answered, by kind. */
const asks: Readonly<Record<string, (to: Connection, id: number) => Promise<unknown>>> = {
  blockingScalar: (to, id) => to.blockingScalar(id, [1, 2, 3, 4]),
  lend: (to, id) => to.lend(id, new Memory(64), { valid: 64 }),
  mutableLend: (to, id) => to.mutableLend(id, new Memory(64), { valid: 64 }),
};

async function outcome(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return "answered";
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
}

test(
  "T25 the public faces of sources let through what they list, and nothing else",
  { timeout: 120_000 },
  async (t) => {
    await using world = await SourceWorld.start();
    const { kernel } = world;
    await world.post("an ad");
    await world.changeNetwork(status("v0"));
    const before = await Promise.all([world.random, world.board, world.net].map((source) => source.Snapshot()));
    let cells = 0;
    for (const [name, open] of Object.entries(faces)) {
      using connection = await kernel.names.connect(name);
      const passes = new Map<number, string>(
        Object.entries(entries).flatMap(([entry, { opcode, kind }]) => (open.includes(entry) ? [[opcode, kind]] : [])),
      );
      assert.equal(passes.size, open.length);
      for (const opcode of opcodes) {
        for (const [kind, ask] of Object.entries(asks)) {
          if (passes.get(opcode) === kind) continue;
          assert.equal(await outcome(ask(connection, opcode)), "AccessDenied", `${name}: ${kind} ${opcode}`);
          cells += 1;
        }
        // Nobody waits for these. That they do nothing is seen below.
        await connection.scalar(opcode, [1, 2, 3, 4]);
        await connection.move(opcode, Memory.copyOf(new Uint8Array(64)), { valid: 64 });
        cells += 2;
      }
    }
    // Nothing of it came through: nobody quit, nothing was posted, no state is another.
    assert.deepEqual(
      await Promise.all([world.random, world.board, world.net].map((source) => source.Snapshot())),
      before,
    );
    const link = await world.link("classified");
    assert.equal((await link.fetch(0)).text, "an ad");
    report(t, `T25 sources: ${cells} cells, ${Object.keys(faces).length} names`);
  },
);

test("T25 bytes that are no value of an opcode's shape come to nothing, alone", { timeout: 60_000 }, async () => {
  await using world = await SourceWorld.start();
  for (const [name, opcode] of [
    ["source.random", SourceService.entries.Fetch.opcode],
    ["board", BoardService.entries.Post.opcode],
  ] as const) {
    using connection = await world.kernel.names.connect(name);
    const memory = Memory.copyOf(new Uint8Array(3).fill(0xff));
    await assert.rejects(connection.mutableLend(opcode, memory, { valid: 3 }), { code: "SerializationError" });
  }
  await world.post("still served");
  const link = await world.link("classified");
  assert.equal((await link.fetch(0)).text, "still served");
  // That is its sender's matter: nothing of the source's has failed.
  assert.equal(world.logged.filter((line) => line.includes("sourceFailed")).length, 0);
});

test("T25 no name leads to a private server: what is registered are five faces", { timeout: 60_000 }, async () => {
  await using world = await SourceWorld.start();
  assert.equal((await world.kernel.inspect()).names, Object.keys(faces).length);
  await world.quit();
  const { names, servers } = await world.kernel.inspect();
  assert.equal(names, 0);
  // The test's own main alone.
  assert.equal(servers.length, 1);
});
