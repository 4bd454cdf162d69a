/** T08: a client that stops reading costs a bounded amount of memory, loses nothing, and bothers nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { ms, quantile, report, zero } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { kinds, listenAt, missing } from "../../support/doors.ts";
import { Healthy } from "../../support/healthy.ts";
import { Waiting } from "../../support/waiting.ts";
import { wire } from "../../support/wire.ts";

const ITEM_BYTES = 16_000;
/** More than the system itself keeps for a TCP connection over loopback (about 10 MB). */
const ITEMS = 1_500;
const PENDING_BYTES_MAX = 16_384;
/** One write is what makes up `pendingBytesMax`, and the line that passes it. */
const ONE_WRITE = PENDING_BYTES_MAX + ITEM_BYTES + 2;

function bigSource(items: number): MemorySource {
  const source = new MemorySource({ keep: items });
  for (let item = 0; item < items; item += 1) source.push(`${item} `.padEnd(ITEM_BYTES, "x"));
  return source;
}

for (const kind of kinds)
  test(
    `T08 frozen reader over ${kind}: bounded, coalesced, and told everything in the end`,
    { skip: missing(kind) },
    async (t) => {
      using folder = newFolder();
      using waiting = new Waiting();
      const [big, red, blue] = [bigSource(ITEMS), new MemorySource(), new MemorySource()];
      await using server = new LineServer({
        sources: { big, red, blue },
        limits: { pendingBytesMax: PENDING_BYTES_MAX },
      });
      const door = await listenAt(server, kind, folder);
      await using healthy = await Healthy.start(50, [door]);
      const base = quantile(await healthy.latencies(2_000), 0.99);

      await using frozen = await wire(door);
      assert.equal(await frozen.ask("notif red blue"), "OK");
      frozen.socket.pause();
      frozen.send("big?\r\n".repeat(ITEMS));
      await until("a client that is waited for", () => waiting.count(PENDING_BYTES_MAX) === 1);
      const fetchedThen = server.stats().fetched;
      for (let item = 0; item < 1_000; item += 1) red.push("r");
      for (let item = 0; item < 500; item += 1) blue.push("b");
      await until("1,498 notifications that became one with another", () => server.stats().coalesced >= 1_498);
      const beside = quantile(await healthy.latencies(2_000), 0.99);
      const share = healthy.leastShare;
      assert.equal(server.stats().fetched, fetchedThen, "nothing is fetched for a client that does not read");
      assert.equal(waiting.count(PENDING_BYTES_MAX), 1, "it waits as before");

      frozen.socket.resume();
      const heard = await frozen.take(ITEMS + 2, 30_000);
      const answers = heard.filter((line) => !line.startsWith("notif: "));
      assert.deepEqual(
        heard.filter((line) => line.startsWith("notif: ")).sort(),
        ["notif: blue", "notif: red"],
        "one notification each",
      );
      assert.deepEqual(
        answers.map((line) => Number.parseInt(line, 10)),
        Array.from({ length: ITEMS }, (_, item) => item),
        "all answers, in order",
      );
      assert.equal(await frozen.ask("ping"), "pong", "and the session goes on");
      const most = PENDING_BYTES_MAX + ONE_WRITE;
      assert.ok(
        waiting.max <= most,
        `${waiting.max} bytes wait in user space, more than pendingBytesMax and one write: ${most}`,
      );
      assert.ok(share >= 1 / 100, `the least served of 50 others had ${share} of the answers`);
      const rates = `p99 of 50 others ${ms(beside)} (without ${ms(base)})`;
      report(
        t,
        `T08 frozen reader, ${kind}: waiting p100 ${waiting.max} B (limit ${most} B), ${rates}, answers ${ITEMS} lost ${zero(ITEMS)}`,
      );
    },
  );

for (const kind of kinds)
  test(`T08 frozen reader over ${kind}: cut off after stallMs`, { skip: missing(kind) }, async (t) => {
    using folder = newFolder();
    const stallMs = 400;
    const reasons: string[] = [];
    await using server = new LineServer({
      sources: { big: bigSource(ITEMS) },
      limits: { stallMs },
      log: (event) => event.type === "closed" && reasons.push(event.reason),
    });
    const door = await listenAt(server, kind, folder);
    await using other = await wire(door);
    await using frozen = await wire(door);
    frozen.socket.pause();
    const start = performance.now();
    frozen.send("big?\r\n".repeat(ITEMS));
    await until("the end of a frozen reader", () => reasons.length > 0);
    const took = performance.now() - start;
    assert.deepEqual(reasons, ["stalled"]);
    assert.ok(took >= stallMs, `cut off after ${ms(took)}, which is before its time`);
    assert.equal(server.stats().closed.stalled, 1);
    await until("one session left", () => server.stats().sessions === 1 && server.stats().connections === 1);
    assert.equal(await other.ask("ping"), "pong");
    report(t, `T08 frozen reader, ${kind}: cut off after ${ms(took)} (stallMs ${stallMs} ms)`);
  });

test("T08 frozen reader: an answer that comes late from its source waits with the rest", async () => {
  using waiting = new Waiting();
  let answer: (text: string) => void = () => {};
  const slow = {
    subscribe: () => ({ newest: 1, [Symbol.dispose]: () => {} }),
    fetch: (after: number) =>
      new Promise<{ text: string; sequence: number }>((resolve) => {
        answer = (text) => resolve({ text, sequence: after });
      }),
  };
  const loud = new MemorySource();
  await using server = new LineServer({ sources: { slow, loud }, limits: { pendingBytesMax: 1_024 } });
  using folder = newFolder();
  await using frozen = await wire(await listenAt(server, "unix", folder));
  assert.equal(await frozen.ask("notif loud"), "OK");
  frozen.socket.pause();
  frozen.send("slow?\r\n");
  await until("the command", () => server.stats().commands === 2);
  let pushed = 0;
  await until("a client that is waited for", () => {
    for (let item = 0; item < 500; item += 1) loud.push(String(pushed++));
    return waiting.count(1_024) === 1;
  });
  const before = waiting.max;
  answer("late".padEnd(ITEM_BYTES, "!"));
  await until("a notification that had to wait", () => {
    loud.push(String(pushed++));
    return server.stats().coalesced > 0 && server.stats().fetched === 1;
  });
  assert.equal(waiting.max, before, "one write passes the limit, not two");
  frozen.socket.resume();
  await until("the late answer", () => frozen.lines.some((line) => line.startsWith("late!")));
  frozen.send("sources\r\n");
  await until("that the session goes on", () => frozen.lines.at(-1) === "slow loud");
});

for (const kind of kinds)
  test(
    `T08 frozen reader over ${kind}: a limit far below the system's own holds`,
    { skip: missing(kind) },
    async () => {
      using folder = newFolder();
      using waiting = new Waiting();
      const pendingBytesMax = 1_024;
      const commandsMax = 2_000_000;
      await using server = new LineServer({ sources: {}, limits: { pendingBytesMax, commandsPerSecondMax: Infinity } });
      await using frozen = await wire(await listenAt(server, kind, folder));
      frozen.socket.pause();
      let asked = 0;
      await until("a client that is waited for", () => {
        if (frozen.socket.writableLength === 0) frozen.send("sources\r\nping\r\n".repeat(5_000));
        asked += 10_000;
        return waiting.count(pendingBytesMax) === 1 || asked > commandsMax;
      });
      frozen.socket.resume();
      frozen.send("ping\r\nquit\r\n");
      await until("all answers", () => frozen.ended, 20_000);
      assert.equal(frozen.lines.length, server.stats().commands, "an answer for each command");
      assert.ok(waiting.max >= pendingBytesMax, "the limit was reached");
      assert.ok(
        waiting.max <= 2 * pendingBytesMax + 10,
        `${waiting.max} bytes wait in user space, the limit is ${pendingBytesMax} and one write`,
      );
    },
  );
