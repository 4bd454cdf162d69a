import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { LineServer, MemorySource, systemClock } from "@doorbell-js/doorbell/line";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { python, twistedMissing } from "@doorbell-js/test-support/needs";
import { until } from "@doorbell-js/test-support/until";

import { packageFolder, startHubProcess } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";
import { Program } from "../support/program.ts";

/** Starts one of the programs in test/twisted. */
function client(name: string, port: number): Program {
  return new Program(python, ["-B", join(packageFolder, "test/twisted", `${name}.py`), String(port)]);
}

function against(name: string, what: string, run: (context: TestContext) => Promise<void>): void {
  test(`${name}: ${what}`, { skip: twistedMissing }, run);
}

against("step_1_command_response", "a command gets its answer", async () => {
  await using hub = await startHubProcess();
  await using other = await connectLine(hub);
  await other.ask("post A cool duplex in the 11e");
  const number = await other.ask("random?");
  await using program = client("step_1_command_response", hub.port);
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr);
  assert.deepEqual(program.lines, [number, "A cool duplex in the 11e"]);
});

against("step_2_notifs", "two notifications are seen, one after the other", async () => {
  await using hub = await startLocalHub();
  await using program = client("step_2_notifs", hub.port);
  assert.equal(await program.line(2), "OK");
  hub.newNumber();
  assert.equal(await program.line(3), "a notif: 'notif: random'");
  hub.newNumber();
  assert.equal(await program.line(4), "a second notif: 'notif: random'");
  await program.ended;
  assert.match(program.stdout, /^(\d+)\n\1\nOK\na notif: .*\na second notif: .*\nOK\n$/);
});

against("step_2_notifs", "two notifications in one segment are both seen", async () => {
  await using hub = await startLocalHub();
  await using program = client("step_2_notifs", hub.port);
  assert.equal(await program.line(2), "OK");
  hub.newNumber();
  hub.newNumber();
  await program.ended;
  assert.equal(program.stdout.match(/notif: random/g)?.length, 2);
  assert.equal(program.lines.at(-1), "OK");
});

against("step_2_notifs", "OK comes first, also when there is something to announce at once", async () => {
  await using hub = await startLocalHub();
  await using other = await connectLine(hub);
  await other.ask("post Nice appart in the 11e.");
  await using program = client("step_2_notifs", hub.port);
  assert.equal(await program.line(3), "a notif: 'notif: classified'");
  assert.equal(program.lines[2], "OK");
});

against("step_3_loop", "stops, fetches and listens again, and misses nothing", async () => {
  await using hub = await startLocalHub();
  await using other = await connectLine(hub);
  await using program = client("step_3_loop", hub.port);
  const expected: string[] = ["waiting"];
  for (let number = 1; number <= 20; number += 1) {
    await program.line(expected.length - 1);
    assert.equal(await other.ask(`post ad ${number}`), "OK");
    expected.push(`ad: ad ${number}`, "waiting");
  }
  await program.line(expected.length - 1);
  assert.deepEqual(program.lines, expected);
});

against("step_3_loop", "what was posted while it was away or busy is announced until it is fetched", async () => {
  await using hub = await startLocalHub();
  await using other = await connectLine(hub);
  for (let number = 1; number <= 10; number += 1) await other.ask(`post ad ${number}`);
  await using program = client("step_3_loop", hub.port);
  await program.line(20);
  assert.deepEqual(
    program.lines.filter((line) => line !== "waiting"),
    Array.from({ length: 10 }, (_, index) => `ad: ad ${index + 1}`),
  );
});

against("step_4_burst", "a burst, and single bytes, are answered in order", async () => {
  await using hub = await startLocalHub();
  await using other = await connectLine(hub);
  for (let number = 1; number <= 4; number += 1) await other.ask(`post ad ${number}`);
  const random = await other.ask("random?");
  await using program = client("step_4_burst", hub.port);
  assert.equal((await program.ended).code, 0, program.stderr);
  // The number has been read when "notif" comes; the two last ads have not, and are announced after its OK.
  const burst = ["ad 1", random, "ad 2", "OK", "notif: classified", "OK", "ad 3"];
  assert.deepEqual(program.lines, [...burst, "ad 4", "error: unknown command", "", "OK"]);
});

against("step_4_extreme", "a command too many stays with the client", async () => {
  await using hub = await startLocalHub();
  await using program = client("step_4_extreme", hub.port);
  await program.ended;
  assert.match(program.stdout, /^busy: classified\?\n\d+\n\n$/);
});

against("step_5_async", "each source has its handler, and one without any is ignored", async () => {
  await using hub = await startLocalHub();
  await using other = await connectLine(hub);
  await using program = client("step_5_async", hub.port);
  assert.equal(await program.line(0), "OK");
  // A new session has one number unread, so it is announced at once.
  assert.match(await program.line(1), /^number: \d+$/);
  assert.equal(await program.line(2), "listening");
  hub.newNumber();
  assert.equal(await program.line(3), `number: ${await other.ask("random?")}`);
  assert.equal(await program.line(4), "listening");
  await other.ask("post Nice appart in the 11e.");
  assert.equal(await program.line(5), "an ad is there");
});

against("step_6_higher", "every ad is received once, in order, however fast they come", async () => {
  await using hub = await startHubProcess({ args: ["--random-rate", "3000"] });
  await using program = client("step_6_higher", hub.port);
  await program.until("a number", () => program.stdout.includes("number: "));
  await using other = await connectLine(hub);
  const ads = Array.from({ length: 200 }, (_, index) => `ad ${index}`);
  const posted = (async () => {
    for (const ad of ads) assert.equal(await other.ask(`post ${ad}`), "OK");
  })();
  await program.until("the last ad", () => program.stdout.includes(`ad: ${ads.at(-1)}\n`));
  await posted;
  assert.deepEqual(
    program.lines.filter((line) => line.startsWith("ad: ")),
    ads.map((ad) => `ad: ${ad}`),
  );
  assert.equal(program.stderr, "");
});

against("step_6_higher", "every number of a source that keeps them is received once, in order", async () => {
  const random = new MemorySource({ keep: 1_000 });
  await using server = new LineServer({ sources: { random } });
  const { port } = (await server.listen({ port: 0 })) as { port: number };
  await using program = client("step_6_higher", port);
  for (let number = 1; number <= 300; number += 1) {
    random.push(String(number));
    // Some come in one turn, some after the client has had time to switch modes.
    if (number % 3 === 0) await new Promise(setImmediate);
    if (number % 100 === 0)
      await program.until(`number ${number}`, () => program.stdout.includes(`number: ${number}\n`));
  }
  assert.deepEqual(
    program.lines,
    Array.from({ length: 300 }, (_, index) => `number: ${index + 1}`),
  );
});

const IDLE_MS = 2_000;

/** Until the test ends, time passes for the servers of this process when it says so: a busy machine reaches no limit of theirs. */
function standStill(context: TestContext): FakeClock {
  const clock = new FakeClock();
  context.mock.method(systemClock, "now", () => clock.now());
  context.mock.method(systemClock, "after", (delayMs: number, run: () => void) => clock.after(delayMs, run));
  return clock;
}

against("step_7_timer", "leaving and entering again defeats the idle limit", async (context) => {
  const clock = standStill(context);
  const random = new MemorySource();
  await using server = new LineServer({ sources: { random }, limits: { idleMs: IDLE_MS } });
  const { port } = (await server.listen({ port: 0 })) as { port: number };
  await using program = client("step_7_timer", port);
  // It enters again each 0.2 s: 15 times are longer than the limit.
  for (let times = 1; times <= 15; times += 1) {
    await program.until(`${times} times`, () => (program.stdout.match(/re-entered/g)?.length ?? 0) >= times);
    clock.advance(200);
  }
  assert.equal(server.stats().idled, 0);
  random.push("456902234");
  await program.until("the number", () => program.stdout.includes("number: 456902234\n"));
  assert.equal(program.stderr, "");
});

against("step_6_higher", "without the timer the limit ends notification mode", async (context) => {
  const clock = standStill(context);
  const random = new MemorySource();
  await using server = new LineServer({ sources: { random }, limits: { idleMs: IDLE_MS } });
  const { port } = (await server.listen({ port: 0 })) as { port: number };
  await using program = client("step_6_higher", port);
  random.push("1");
  await program.line(0);
  await until("that it has entered again", () => server.stats().notifying === 1);
  clock.advance(IDLE_MS);
  assert.deepEqual([server.stats().idled, server.stats().notifying], [1, 0]);
  random.push("2");
  await new Promise(setImmediate);
  assert.equal(server.stats().notifications, 1);
  assert.deepEqual(program.lines, ["number: 1"]);
});
