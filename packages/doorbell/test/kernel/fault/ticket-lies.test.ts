/** T26: tickets put messages of different senders in order. A lie about them delays; it keeps nobody out. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "../../../src/kernel/kernel.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import { RawParty } from "../support/raw-party.ts";

/** Where the next ticket is, among the words by which a thread is woken. */
const ticketWord = 16;

test("T26 a thread whose messages are always the oldest keeps nobody else's out", { timeout: 30_000 }, async () => {
  await using kernel = await Kernel.start();
  using server = await kernel.createServer();
  using honest = new RawParty(await kernel.invite());
  using liar = new RawParty(await kernel.invite());
  const fromHonest = await honest.connect(server.sid);
  const fromLiar = await liar.connect(server.sid);
  const words = new Int32Array(liar.lane?.wake as SharedArrayBuffer);
  for (let round = 0; round < 100; round += 1) {
    Atomics.store(words, ticketWord, 1_000_000);
    honest.write(Kind.scalar, fromHonest, 7);
    let looks = 0;
    for (let id = 0; id !== 7; looks += 1) {
      assert(looks < 4, "a message is kept out by one that came after it");
      // A ticket long past, and all that are given out next as well: everybody else's lies in the future.
      Atomics.store(words, ticketWord, -1_000_000);
      liar.write(Kind.scalar, fromLiar, 1);
      id = server.tryReceive()?.id ?? 0;
    }
    while (server.tryReceive() !== undefined);
  }
});
