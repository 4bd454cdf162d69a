import assert from "node:assert/strict";
import { test } from "node:test";

import { DesktopWorld, turn } from "../support/desktop-world.ts";

test("a few stand each in a bubble of their own; the next stands in a summary that takes their place", async () => {
  const world = new DesktopWorld();
  for (const item of ["1", "2", "3"]) world.show(item);
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0", "ads|2|0", "ads|3|0"]);
  world.show("4");
  await world.advance(999);
  assert.equal(world.daemon.told.length, 3, "its turn has not come");
  await world.advance(1);
  assert.deepEqual(world.daemon.told.slice(3), ["close 1", "close 2", "close 3", "ads: 4 new|4\n3\n2|0"]);
});

test("1,000 at once leave one bubble that says so, after seven calls", async () => {
  const world = new DesktopWorld();
  for (let item = 1; item <= 1_000; item += 1) world.show(String(item));
  await turn();
  await world.advance(10_000);
  assert.deepEqual(world.daemon.told.slice(-1), ["ads: 1,000 new|1000\n999\n998|0"]);
  assert.equal(world.daemon.told.length, 7);
  assert.equal(world.daemon.inFlightMax, 1);
});

test("10,000 in ten seconds: the summary is changed once a second, in its own place", async () => {
  const world = new DesktopWorld();
  for (let item = 1; item <= 10_000; item += 1) {
    world.show(String(item));
    await world.advance(1);
  }
  await world.advance(10_000);
  const told = world.daemon.told.slice(6);
  assert.equal(told.at(-1), "ads: 10,000 new|10000\n9999\n9998|4");
  assert.ok(told.length <= 11, `${told.length} changes`);
  assert.ok(told.slice(1).every((line) => line.endsWith("|4")));
});

test("after a pause items have bubbles of their own again, and a summary that stands goes on counting", async () => {
  const world = new DesktopWorld();
  for (const item of ["1", "2", "3", "4"]) world.show(item);
  await turn();
  await world.advance(4_999);
  world.show("5");
  await world.advance(5_000);
  assert.equal(world.daemon.told.at(-1), "ads: 5 new|5\n4\n3|4", "still the same burst");
  world.show("6");
  await turn();
  assert.equal(world.daemon.told.at(-1), "ads|6|0");
  for (const item of ["7", "8", "9"]) world.show(item);
  await world.advance(1_000);
  assert.equal(world.daemon.told.at(-1), "ads: 9 new|9\n8\n7|4");
});

test("a summary that was closed was seen: the next counts anew", async () => {
  const world = new DesktopWorld();
  for (const item of ["1", "2", "3", "4"]) world.show(item);
  await turn();
  await world.advance(1_000);
  world.show("5");
  world.core.closed(4, "dismissed");
  await world.advance(1_000);
  assert.equal(world.daemon.told.at(-1), "ads: 1 new|5|0");
});

test("one bubble for a group: it always has the newest, at most three at once and then one a second", async () => {
  const world = new DesktopWorld();
  const show = (number: number): void => world.core.show({ group: "random", summary: "random", body: String(number) });
  for (let number = 1; number <= 100; number += 1) show(number);
  await turn();
  await world.advance(1_000);
  await world.advance(60_000);
  assert.equal(world.daemon.told.at(0), "random|3|0");
  assert.equal(world.daemon.told.at(-1), "random|100|1");
  assert.equal(world.daemon.told.length, 2);
});

test("a name that is shown again replaces its bubble; one that was closed has a new one", async () => {
  const world = new DesktopWorld();
  world.show("a");
  await turn();
  world.show("a", { summary: "again" });
  await turn();
  world.core.closed(1, "dismissed");
  world.show("a");
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|a|0", "again|a|1", "ads|a|0"]);
});

test("a group's single bubble and its summary do not take each other's place", async () => {
  const world = new DesktopWorld();
  for (const item of ["1", "2", "3", "4"]) world.show(item);
  await turn();
  world.core.show({ group: "ads", summary: "single" });
  world.show("5");
  await world.advance(1_000);
  const told = world.daemon.told.slice(3);
  assert.ok(told.includes("single||0"));
  assert.ok(told.some((line) => line.startsWith("ads: 5 new|5\n4\n3|")));
});

test("groups do not wait for one another", async () => {
  const world = new DesktopWorld();
  for (let item = 1; item <= 10; item += 1) world.show(String(item));
  world.core.show({ group: "other", summary: "other", body: "x" });
  await turn();
  assert.ok(world.daemon.told.includes("other|x|0"));
});

test("at most 16 bubbles stand: the oldest makes room; and a flood of groups is held to twenty calls, then ten a second", async () => {
  const world = new DesktopWorld();
  for (let group = 1; group <= 16; group += 1) world.core.show({ group: `g${group}`, summary: "s" });
  await turn();
  assert.equal(world.daemon.told.length, 16);
  world.core.show({ group: "g17", summary: "s" });
  await turn();
  assert.deepEqual(world.daemon.told.slice(16), ["close 1", "s||0"]);
  for (let group = 0; group < 1_000; group += 1) world.core.show({ group: `h${group}`, summary: "s" });
  await turn();
  const before = world.daemon.calls.length;
  assert.ok(before <= 20, `${before} calls at once`);
  for (let step = 0; step < 10; step += 1) await world.advance(100);
  assert.ok(world.daemon.calls.length <= before + 10);
});

test("64 groups are told apart; for one more, the one that was quiet for longest shows what it has", async () => {
  const world = new DesktopWorld();
  const show = (group: string, name: string): void => world.core.show({ group, name, summary: group, body: name });
  for (const item of ["1", "2", "3", "4"]) show("g0", item);
  world.clock.advance(1);
  for (let group = 1; group < 64; group += 1) show(`g${group}`, "1");
  await turn();
  const summaries = (): readonly string[] => world.daemon.told.filter((line) => line.startsWith("g0: 4 new"));
  assert.deepEqual(summaries(), []);
  show("g64", "1");
  for (let step = 0; step < 9; step += 1) await world.advance(100);
  assert.equal(summaries().length, 1, "before its turn, which is after a second");
});

test("what waits for its turn is shown when the program ends", async () => {
  const world = new DesktopWorld();
  for (const item of ["1", "2", "3", "4"]) world.show(item);
  await world.core.settled();
  world.core.end();
  assert.equal(world.daemon.told.at(-1), "ads: 4 new|4\n3\n2|0");
  assert.equal(world.clock.pending, 0, "no timer is left");
});
