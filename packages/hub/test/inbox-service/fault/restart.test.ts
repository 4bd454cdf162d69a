/** The thread that has the inboxes is killed: it is started again, and who reads goes on: nothing lost, nothing twice. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";
import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";
import { until, within } from "@doorbell-js/test-support/until";

import { connectInboxes } from "../../../src/inbox-service/client.ts";
import { newKeys } from "../../../src/inbox-service/server.ts";
import type { Rung } from "../../../src/inbox/types.ts";
import { keysToJson, readKeys } from "../../../src/keys-file.ts";
import { SourcesOnThread } from "../../../src/threads/sources-on-thread.ts";
import { ThreadDeath } from "../../support/thread-death.ts";

const ROUNDS = 5;
const RINGING = 8;

test(
  "the inboxes' thread dies while bells are rung: what was acknowledged is read, once",
  { timeout: 120_000 },
  async (t) => {
    using folder = newFolder();
    using death = new ThreadDeath();
    await using kernel = await Kernel.start();
    const logged: string[] = [];
    await using sources = new SourcesOnThread(kernel, {
      name: "items",
      sources: { inboxes: {} },
      store: { folder: folder.path },
      clock: systemClock,
      log: ({ type }) => logged.push(type),
    });
    await sources.up;
    const me = readKeys(folder.path)?.inboxes.get("me");
    assert.ok(me?.read !== undefined && me.manage !== undefined);
    await using inboxes = connectInboxes(kernel, { onError: () => {} });
    const managing = { credential: me.manage.text() };
    const { token } = await inboxes.createBell(managing, { label: "b", perMinute: 1_000_000 });

    // Two readers, each on its way to the newest item whenever it is told.
    const readers = await Promise.all([1, 2].map(() => inboxes.open({ credential: me.read?.text() ?? "" })));
    const read = readers.map((): { sequence: number; id: string }[] => []);
    let isOver = false;
    const reading = readers.map(async (reader, index) => {
      const mine = read[index] ?? [];
      let wake = (): void => {};
      reader.subscribe(() => wake());
      while (!isOver) {
        const told = new Promise<void>((resolve) => (wake = resolve));
        for (;;) {
          const item = await reader.fetch(mine.at(-1)?.sequence ?? 0);
          if (item.text === "") break;
          mine.push(JSON.parse(item.text) as { sequence: number; id: string });
        }
        if (!isOver) await told;
      }
    });
    let isEnough = false;
    const acknowledged: Rung[] = [];
    let unknown = 0;
    const ringing = Array.from({ length: RINGING }, async (_, lane) => {
      for (let count = 0; !isEnough; count += 1) {
        const key = `${lane} ${count}`;
        // As whoever rings does: under one key until it is acknowledged.
        for (;;) {
          try {
            acknowledged.push(await inboxes.ring(token, { text: key }, key));
            break;
          } catch {
            unknown += 1;
          }
        }
      }
    });
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = acknowledged.length;
      await until("rings", () => acknowledged.length > before + 20, 30_000);
      await death.end("items");
      await until("its return", () => logged.filter((type) => type === "threadBack").length > round, 30_000);
    }
    isEnough = true;
    await Promise.all(ringing);
    // One more, so that both are told of the last.
    acknowledged.push(await inboxes.ring(token, { text: "last" }));
    await until("all of it", () => read.every((items) => items.length >= acknowledged.length), 30_000);
    isOver = true;
    await inboxes.ring(token, { text: "wakes them" });
    await Promise.all(reading);
    const ids = acknowledged.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "two rings have one item");
    for (const items of read) {
      assert.deepEqual(
        items.map(({ sequence }) => sequence),
        Array.from(items, (_, index) => index + 1),
        "an item was skipped, or given twice",
      );
      const seen = new Set(items.map(({ id }) => id));
      assert.ok(
        ids.every((id) => seen.has(id)),
        "an item that was acknowledged is not there",
      );
    }
    for (const reader of readers) reader[Symbol.dispose]();
    report(
      t,
      `inboxes' thread killed ${ROUNDS} times: ${ids.length} acknowledged, lost 0, twice 0; ${unknown} rung again`,
    );
  },
);

test(
  "in memory all is lost with its thread: who read is told so, and keys open the new inbox",
  { timeout: 60_000 },
  async () => {
    const keys = newKeys(randomBytes);
    const me = keys.inboxes.get("me");
    using death = new ThreadDeath();
    await using kernel = await Kernel.start();
    await using sources = new SourcesOnThread(kernel, {
      name: "items",
      sources: { inboxes: {} },
      store: { keys: keysToJson(keys) },
      clock: systemClock,
      log: () => {},
    });
    await sources.up;
    await using inboxes = connectInboxes(kernel, { onError: () => {} });
    const { token } = await inboxes.createBell({ credential: me?.manage?.text() ?? "" }, { label: "b" });
    await inboxes.ring(token, { text: "lost" });
    using reader = await inboxes.open({ credential: me?.read?.text() ?? "" });
    assert.equal(reader.newest, 1);
    await death.end("items");
    await within("its end", reader.ended);
    using next = await inboxes.open({ credential: me?.read?.text() ?? "" });
    assert.equal(next.newest, 0);
  },
);
