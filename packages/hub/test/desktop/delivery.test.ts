import assert from "node:assert/strict";
import { test } from "node:test";

import { DesktopError } from "../../src/desktop/popup.ts";
import { DesktopWorld, turn } from "../support/desktop-world.ts";

const gone = (): DesktopError => new DesktopError("NoDaemon", "no notification daemon is there");
const codes = (world: DesktopWorld): readonly string[] => world.failed.map(({ code }) => code);

test("the daemon is asked what it can do before it is shown anything, and one call is in flight", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1");
  world.show("2");
  await turn();
  assert.deepEqual(
    world.daemon.calls.map(({ what }) => what),
    ["capabilities"],
  );
  world.daemon.last.answer(["body"]);
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0"]);
  world.show("3");
  await turn();
  assert.equal(world.daemon.calls.length, 2);
  world.daemon.last.answer(7);
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0", "ads|2|0"]);
});

test("what is changed while it is on its way is changed after", async () => {
  const world = new DesktopWorld();
  world.show("first", { name: "n" });
  await turn();
  world.daemon.isAutomatic = false;
  world.show("second", { name: "n" });
  await turn();
  world.show("third", { name: "n" });
  world.daemon.last.answer(1);
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|first|0", "ads|second|1", "ads|third|1"]);
});

test("what is closed while it is on its way is closed when its number is known", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  world.daemon.last.answer();
  await turn();
  world.core.close("ads", "1");
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0"]);
  world.daemon.last.answer(9);
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0", "close 9"]);
});

test("what is closed before it was sent is not sent", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  world.core.close("ads", "1");
  world.daemon.last.answer();
  await turn();
  assert.deepEqual(world.daemon.told, []);
});

test("a bubble that is gone already is closed without a word", async () => {
  const world = new DesktopWorld();
  world.show("1");
  await turn();
  world.daemon.isAutomatic = false;
  world.core.close("ads", "1");
  await turn();
  world.daemon.last.fail(new DesktopError("Refused", "InvalidId"));
  await turn();
  assert.deepEqual(world.failed, []);
});

test("no daemon: told once; it is asked again after 1, 2, 4 … 30 s, what comes is summarised, and shown when it is there", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  const waits: number[] = [];
  let asked = 0;
  for (let attempt = 0; attempt < 7; attempt += 1) {
    world.daemon.last.fail(gone());
    await turn();
    world.show(`more ${attempt}`);
    asked = world.clock.now();
    const calls = world.daemon.calls.length;
    while (world.daemon.calls.length === calls) await world.advance(1_000);
    waits.push((world.clock.now() - asked) / 1_000);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30]);
  assert.deepEqual(codes(world), ["NoDaemon"]);
  world.daemon.isAutomatic = true;
  world.daemon.last.answer();
  await turn();
  assert.deepEqual(world.daemon.told, ["ads: 8 new|more 6\nmore 5\nmore 4|0"]);
  assert.equal(world.recovered, 1);
});

test("a daemon that comes is told at once", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  world.daemon.last.fail(gone());
  await turn();
  world.daemon.isAutomatic = true;
  world.core.changed(true);
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0"]);
});

test("another daemon: numbers of the old one are never used, and it is asked anew what it can do", async () => {
  const world = new DesktopWorld();
  world.show("1", { name: "n" });
  await turn();
  world.core.changed(false);
  world.core.changed(true);
  world.core.closed(1, "dismissed");
  world.daemon.capabilityNames = [];
  world.show("2", { name: "n" });
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|1|0", "ads||0"]);
  assert.deepEqual(world.closed, []);
});

test("a daemon that dies in mid-call is shown it once more; one that dies of it again is not", async () => {
  const world = new DesktopWorld();
  world.show("before");
  await turn();
  world.daemon.isAutomatic = false;
  world.show("deadly");
  await turn();
  for (let death = 0; death < 3; death += 1) {
    world.core.changed(false);
    world.daemon.last.fail(gone());
    world.core.changed(true);
    await turn();
    while (world.daemon.last.isOpen && world.daemon.last.what === "capabilities") {
      world.daemon.last.answer();
      await turn();
    }
  }
  assert.deepEqual(world.daemon.told, ["ads|before|0", "ads|deadly|0", "ads|deadly|0"]);
});

test("an old daemon's late answer gives no number for the new one", async () => {
  const world = new DesktopWorld();
  world.show("before");
  await turn();
  world.daemon.isAutomatic = false;
  world.show("late");
  await turn();
  const late = world.daemon.last;
  world.core.changed(false);
  world.core.changed(true);
  late.answer(5);
  await turn();
  world.daemon.isAutomatic = true;
  world.daemon.last.answer();
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|before|0", "ads|late|0", "ads|late|0"]);
});

test("a daemon that never answers: told once; it is shown nothing twice and nothing more until it answers", async () => {
  const world = new DesktopWorld();
  world.show("0");
  await turn();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  assert.equal(world.daemon.last.signal.aborted, false);
  await world.advance(4_999);
  assert.deepEqual(codes(world), []);
  await world.advance(1);
  assert.deepEqual(codes(world), ["TimedOut"]);
  assert.equal(world.daemon.last.signal.aborted, true);
  for (let second = 0; second < 600; second += 1) {
    world.show(`x${second}`);
    await world.advance(1_000);
  }
  assert.deepEqual(world.daemon.told, ["ads|0|0", "ads|1|0"]);
  assert.deepEqual(codes(world), ["TimedOut"]);
  assert.ok(world.daemon.calls.length < 30, `${world.daemon.calls.length} calls in ten minutes`);
  world.daemon.isAutomatic = true;
  world.core.changed(false);
  world.core.changed(true);
  world.daemon.last.answer();
  await turn();
  assert.deepEqual(world.daemon.told.slice(2), ["ads: 600 new|x599\nx598\nx597|0"]);
});

test("a daemon that says what it can do, and takes nothing: told once, and tried ever less often", async () => {
  const world = new DesktopWorld();
  world.daemon.takesNothing = gone;
  for (let second = 0; second < 600; second += 1) {
    world.show(`x${second}`);
    await world.advance(1_000);
  }
  assert.deepEqual(codes(world), ["NoDaemon"]);
  assert.equal(world.recovered, 0);
  assert.ok(world.daemon.calls.length < 60, `${world.daemon.calls.length} calls in ten minutes`);
  world.daemon.takesNothing = undefined;
  await world.advance(30_000);
  await world.advance(1_000);
  assert.equal(world.daemon.told.at(-1)?.split("|")[0], "ads: 600 new");
  assert.equal(world.recovered, 1);
});

test("a refused pop-up is told, and the next one is shown", async () => {
  const world = new DesktopWorld();
  world.show("0");
  await turn();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  world.daemon.isAutomatic = true;
  world.daemon.last.fail(new DesktopError("Refused", "MaxNotificationsExceeded"));
  world.show("2");
  await turn();
  assert.deepEqual(codes(world), ["Refused"]);
  assert.deepEqual(world.daemon.told, ["ads|0|0", "ads|1|0", "ads|2|0"]);
});

test("what would be gone by now is not shown late", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("short", { expireMs: 5_000 });
  world.show("long", { expireMs: 60_000 });
  await turn();
  world.daemon.last.fail(gone());
  await world.advance(999);
  await world.advance(5_000);
  world.daemon.isAutomatic = true;
  world.daemon.last.answer();
  await turn();
  assert.deepEqual(world.daemon.told, ["ads|long|0"]);
});

test("ending gives up the call that is in flight, and leaves no timer", async () => {
  const world = new DesktopWorld();
  world.daemon.isAutomatic = false;
  world.show("1");
  await turn();
  world.core.end();
  await turn();
  assert.equal(world.daemon.last.signal.aborted, true);
  assert.equal(world.clock.pending, 0);
  assert.deepEqual(world.failed, []);
});
