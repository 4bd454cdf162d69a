import assert from "node:assert/strict";
import { test } from "node:test";

import type { ServerEvent } from "@doorbell-js/doorbell/line";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { eventLog } from "../../src/cli/serve.ts";

const quit: ServerEvent = { type: "closed", reason: "quit" };
const full: ServerEvent = { type: "refused", limit: "connections" };

function newLog(verbose: boolean): {
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof eventLog>;
  readonly written: readonly string[];
} {
  const clock = new FakeClock();
  const written: string[] = [];
  // The time of day that begins each line is not what is tested.
  const log = eventLog(verbose, {
    clock,
    write: (line) => written.push(line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, "")),
  });
  return { clock, log, written };
}

test("what fails is always said; what ends or is refused, only if asked for", () => {
  for (const verbose of [false, true]) {
    const { log, written } = newLog(verbose);
    log(quit);
    log(full);
    log({ type: "sourceFailed", cause: new Error("the store is gone") });
    log({ type: "acceptFailed", cause: "EMFILE" });
    const failures = ["source failed: the store is gone", "connection not accepted: EMFILE"];
    assert.deepEqual(
      written,
      verbose ? ["connection closed: quit", "connection refused: connections", ...failures] : failures,
    );
  }
});

test("of the same line, one in a second; the rest are counted", () => {
  const { clock, log, written } = newLog(true);
  for (let times = 0; times < 1_000; times += 1) log(quit);
  log(full);
  clock.advance(999);
  log(quit);
  assert.deepEqual(written, ["connection closed: quit", "connection refused: connections"]);
  clock.advance(1);
  log(quit);
  assert.equal(written.at(-1), "connection closed: quit (and 1000 more)");
  clock.advance(1_000);
  log(quit);
  assert.equal(written.at(-1), "connection closed: quit");
});

test("a cause cannot break out of its line", () => {
  const { log, written } = newLog(false);
  log({ type: "sourceFailed", cause: new Error("bad\n\u001b[2Jnews") });
  assert.deepEqual(written, ["source failed: bad\\x0a\\x1b[2Jnews"]);
});

test("causes that are all different are not all remembered", () => {
  const { log, written } = newLog(false);
  for (let number = 0; number < 250; number += 1) log({ type: "sourceFailed", cause: new Error(String(number)) });
  assert.equal(written.length, 250);
  log({ type: "sourceFailed", cause: new Error("249") });
  assert.equal(written.length, 250);
});

test("who asks by a signal is told, unasked for more", () => {
  const { log, written } = newLog(false);
  log({ type: "signalled", line: 3, http: 1 });
  assert.deepEqual(written, [
    "SIGUSR1: the hub is up, with 3 connections of the line and 1 of HTTP; it opens no inspector",
  ]);
});
