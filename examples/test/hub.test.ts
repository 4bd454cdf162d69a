import assert from "node:assert/strict";
import { test } from "node:test";

import { runExample, startHub } from "./support/program.ts";

// Each example against the hub, with a new number every hundredth of a second, or none.

const OFTEN = 6_000;
const number = /^\d+$/;

test("01-command-response: the number and the oldest ad", async () => {
  await using hub = await startHub(0);
  await hub.post("Nice appart in the 11e.");
  await using program = runExample("01-command-response", hub.port);
  assert.equal(await program.ended, 0);
  assert.match(program.stdout, /^\d+\nNice appart in the 11e\.\n$/);
});

test("02-notifs: two numbers, two notifications", async () => {
  await using hub = await startHub(OFTEN);
  await using program = runExample("02-notifs", hub.port);
  assert.equal(await program.ended, 0);
  assert.match(program.stdout, /^\d+\n\d+\nOK\na notif: random\na second notif: random\nOK\n$/);
});

test("03-loop: one number after the other", async () => {
  await using hub = await startHub(OFTEN);
  await using program = runExample("03-loop", hub.port);
  for (const line of await program.prints(20)) assert.match(line, /^random \d+$/);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("04-robust: a burst in order; nothing is ignored of a hub", async () => {
  await using hub = await startHub(0);
  await hub.post("A cool duplex in the 11e");
  await using program = runExample("04-robust", hub.port);
  assert.equal(await program.ended, 0);
  assert.match(
    program.stdout,
    /^\[ (\d+), 'A cool duplex in the 11e', \1 \]\nthe server answered: unknown command\nlines ignored: 0\n$/,
  );
});

test("05-async: called for each number", async () => {
  await using hub = await startHub(OFTEN);
  await using program = runExample("05-async", hub.port);
  for (const line of await program.prints(20)) assert.match(line, /^random \d+$/);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("06-higher: every ad once and in order, the number once", async () => {
  await using hub = await startHub(0);
  await hub.post("one");
  await using program = runExample("06-higher", hub.port);
  await program.prints(2);
  await hub.post("two");
  await hub.post("three");
  const lines = await program.prints(4);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("classified")),
    ["classified one", "classified two", "classified three"],
  );
  assert.equal(lines.filter((line) => /^random \d+$/.test(line)).length, 1);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("07-timer: switching all the time, no number comes twice", async () => {
  await using hub = await startHub(OFTEN);
  await using program = runExample("07-timer", hub.port, 1);
  const lines = await program.prints(50);
  for (const line of lines) assert.match(line, number);
  assert.equal(new Set(lines).size, lines.length);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});
