/** T08 over server-sent events: one who never reads, one who is slow, and others beside them. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { EventReader } from "../../support/event-reader.ts";
import { HttpHub } from "../../support/http-hub.ts";
import { metricOf } from "../../support/metrics.ts";

/** Readers without a flaw. */
const READERS = sized(3, 10);
const RINGS = 1_600;
const AT_ONCE = 10;
/** Rings before anybody is slow. */
const BEFORE = 300;
const TEXT = "x".repeat(4_000);
const CAP = 65_536;
/** As much as one event can be, and what a stream begins with. */
const FRAME_MAX = 65_536 + 16_384;

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}

test(
  "T08 frozen and slow readers cost what they may, the frozen one is cut off, and nobody waits for them",
  { timeout: 240_000 },
  async (t) => {
    await using hub = await HttpHub.start({ limits: { backlogBytesMax: CAP, heartbeatMs: 2_000 } });
    const bell = await hub.newBell();
    const headers = { authorization: `Bearer ${hub.read}` };
    const events = `${hub.url}/v1/events`;
    const readers = Array.from({ length: READERS }, () => new EventReader(events, headers));
    const raw = (): ReturnType<typeof connect> => {
      const socket = connect(hub.port, "127.0.0.1").on("error", () => {});
      socket.write(
        `GET /v1/events HTTP/1.1\r\nHost: localhost:${hub.port}\r\nAuthorization: Bearer ${hub.read}\r\n\r\n`,
      );
      return socket;
    };
    const sockets: ReturnType<typeof connect>[] = [];
    try {
      for (const each of readers) await each.hears("ready", () => each.events.length === 1);
      const sent: number[] = [];
      let most = 0;
      const ring = async (n: number): Promise<void> => {
        sent[n] = performance.now();
        assert.equal((await hub.ask(bell, { body: `${n} ${TEXT}` })).status, 200);
      };
      const ringAll = async (from: number, to: number): Promise<void> => {
        for (let n = from; n < to; n += AT_ONCE) {
          await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ring(n + index)));
          most = Math.max(most, await metricOf(hub.url, "doorbell_http_reader_backlog_bytes"));
        }
      };
      await ringAll(0, BEFORE);
      // One that never reads, and one that takes a little now and then.
      const [frozen, slow] = [raw().pause(), raw()];
      sockets.push(frozen, slow);
      let slowly = "";
      slow.setEncoding("utf8").on("data", (text: string) => {
        slowly += text;
        slow.pause();
        setTimeout(() => slow.resume(), 5);
      });
      await until("all are there", async () => (await metricOf(hub.url, "doorbell_http_readers")) === READERS + 2);
      await ringAll(BEFORE, RINGS);
      const base: number[] = [];
      const latencies: number[] = [];
      for (const each of readers) {
        await each.hears("all", () => each.events.length === RINGS + 1, 60_000);
        assert.equal(each.texts().length, RINGS);
        assert.deepEqual(
          each.events.map(({ id }) => Number(id)),
          Array.from({ length: RINGS + 1 }, (_, index) => index),
        );
        const numbers = each.texts().map((text) => Number.parseInt(text, 10));
        for (const [index, n] of numbers.entries())
          (n < BEFORE ? base : latencies).push((each.times[index + 1] ?? 0) - (sent[n] ?? 0));
      }
      assert.ok(most > 0, "nobody was behind: the test shows nothing");
      assert.ok(most <= CAP + FRAME_MAX, `${most} bytes waited for a reader`);
      const isFrozenCut = (): boolean =>
        hub.logged.some((event) => event.type === "readerEnded" && event.reason === "slowConsumer");
      await until("the frozen one is cut off", isFrozenCut, 60_000);
      // The slow one was behind by more than what waits for it, and has it all in the end.
      const last = `\nid: ${RINGS}\nevent: item\n`;
      await until("the slow one has all", () => slowly.includes(last, slowly.length - 2 * FRAME_MAX), 90_000, {
        account: () => slowly.slice(-100),
      });
      const numbers = [...slowly.matchAll(/\nid: (\d+)\nevent: item/g)].map(([, id]) => Number(id));
      assert.deepEqual(
        numbers,
        Array.from({ length: RINGS - BEFORE }, (_, index) => BEFORE + index + 1),
      );
      assert.equal(hub.logged.filter((event) => event.type === "readerEnded" && event.reason !== "left").length, 1);
      report(
        t,
        `T08 http: at most ${most} bytes waited (cap ${CAP} and a frame) of ${RINGS * 4} kB, ` +
          `healthy p50 ${percentile(latencies, 0.5).toFixed(1)} ms p99 ${percentile(latencies, 0.99).toFixed(1)} ms (${percentile(base, 0.5).toFixed(1)} and ${percentile(base, 0.99).toFixed(1)} before), frozen cut off, slow lost 0`,
      );
    } finally {
      for (const each of readers) each[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
      await pause(0);
    }
  },
);
