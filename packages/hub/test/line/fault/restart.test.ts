/** The thread of the sources is killed: it is started again, and those who are connected go on. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";
import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import type { HubEvent } from "../../../src/hub.ts";
import { openLineDoor } from "../../../src/line/line-door.ts";
import { SourcesOnThread } from "../../../src/threads/sources-on-thread.ts";
import { connectLine } from "../../support/line-client.ts";

const ROUNDS = 3;

test(
  "the sources' thread dies, again and again: who is connected is told of what comes after, once",
  { timeout: 120_000 },
  async (t) => {
    const kernel = await Kernel.start();
    const events: HubEvent[] = [];
    const log = (event: HubEvent): void => void events.push(event);
    const sources = new SourcesOnThread(kernel, {
      name: "items",
      sources: { random: { perMinute: 0 }, classified: {} },
      clock: systemClock,
      log,
    });
    const { signal } = new AbortController();
    const door = await openLineDoor(kernel, { sources: ["random", "classified"], listen: [{ port: 0 }], log, signal });
    let refused = 0;
    try {
      const [address] = door.addresses;
      assert.ok(address !== undefined && "port" in address);
      await using reader = await connectLine(address);
      await using poster = await connectLine(address);
      assert.equal(await reader.ask("notif"), "OK");
      assert.equal(await reader.next(), "notif: random");
      const numbers = [await reader.ask("random?")];
      const posted: string[] = [];
      const read: string[] = [];
      const post = async (): Promise<void> => {
        posted.push(`ad ${posted.length + 1}`);
        // After a restart the board may be there a moment after the number is.
        for (;;) {
          const answer = await poster.ask(`post ${posted.at(-1)}`);
          if (answer === "OK") return;
          assert.match(answer, /^error: the ad could not be put on the board/);
          assert.ok(posted.length > 3, "the board is not there from the start");
        }
      };
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (let count = 0; count < 3; count += 1) await post();
        for (let count = 0; count < 3; count += 1) assert.equal(await reader.next(), "notif: classified");
        for (let count = 0; count < 3; count += 1) read.push(await reader.ask("classified?"));
        assert.equal(await reader.ask("classified?"), "");
        if (round === ROUNDS) break;

        const { thread } = sources;
        assert.ok(thread !== undefined);
        await thread.terminate();
        // While it is gone, sessions go on: whoever asks it for something is told so, and all else is served.
        const backs = (): number => events.filter(({ type }) => type === "threadBack").length;
        while (backs() <= round) {
          assert.equal(await poster.ask("ping"), "pong");
          const answer = await poster.ask("classified?");
          if (answer.startsWith("error: classified is not available now")) refused += 1;
          // The poster has read nothing so far, and reads nothing of a board that was lost.
          else assert.match(answer, round === 0 ? /^(|ad \d+)$/ : /^(|ad \d+)$/);
        }
        // The new board is empty, the new number is new.
        assert.equal(await reader.next(), "notif: random", "nobody was told of the number after the restart");
        numbers.push(await reader.ask("random?"));
      }
      assert.deepEqual(read, posted, "an ad was skipped, or given twice");
      assert.equal(new Set(numbers).size, ROUNDS + 1);
      assert.equal(events.filter(({ type }) => type === "threadEnded").length, ROUNDS);
      // Nothing else was told to the reader.
      assert.equal(await reader.ask("ping"), "pong");
    } finally {
      await door[Symbol.asyncDispose]();
      await sources[Symbol.asyncDispose]();
      await kernel.leave();
    }
    report(t, `sources' thread killed ${ROUNDS} times: ${refused} fetches refused meanwhile`);
  },
);

test(
  "a thread that dies again and again is started again and again; at the end nothing is left",
  { timeout: 60_000 },
  async () => {
    const kernel = await Kernel.start();
    const events: string[] = [];
    const sources = new SourcesOnThread(kernel, {
      name: "items",
      sources: { random: { perMinute: 0 }, classified: {} },
      clock: systemClock,
      log: ({ type }) => events.push(type),
    });
    await sources.up;
    for (let died = 1; died <= 3; died += 1) {
      await sources.thread?.terminate();
      await until(`death ${died}`, () => events.filter((type) => type === "threadEnded").length >= died);
      await until("the next", () => sources.thread !== undefined);
    }
    await sources[Symbol.asyncDispose]();
    assert.equal(sources.thread, undefined);
    await until("all servers are gone", async () => (await kernel.inspect()).servers.length === 0);
    await kernel.leave();
  },
);
