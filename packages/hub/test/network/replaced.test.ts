import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { watchNetwork } from "../../src/network/watcher.ts";
import { MockBackend, settled, status } from "../support/mock-backend.ts";
import { DEBOUNCE_MS, log, watching, wifi } from "../support/watched.ts";

test("a back end that dies is replaced by the next best at once, and used again when it is back", async () => {
  const { clock, watcher, manager, kernel, poll, seen, events, pass } = await watching();
  manager.die("it went away");
  await settled();
  assert.equal(watcher.backend, "rtnetlink");
  assert.deepEqual(seen, [[status("wlan0")]], "the SSID is not known any more");
  assert.equal(manager.closed, 1);
  kernel.die("it was killed");
  await settled();
  assert.equal(watcher.backend, "poll");
  assert.equal(seen.length, 1);
  // The first wait is a second, the next two.
  kernel.missing = undefined;
  await pass(999);
  assert.equal(watcher.backend, "poll");
  await pass(1);
  assert.equal(watcher.backend, "rtnetlink");
  assert.equal(poll.closed, 1);
  manager.missing = undefined;
  await pass(2_000);
  assert.equal(watcher.backend, "networkmanager");
  assert.deepEqual(seen.at(-1), [wifi]);
  assert.deepEqual(
    [manager.opened - manager.closed, kernel.opened - kernel.closed, poll.opened - poll.closed],
    [1, 0, 0],
  );
  assert.deepEqual(events, [
    "networkmanager opened",
    "networkmanager: it went away",
    "rtnetlink opened",
    "rtnetlink: it was killed",
    "poll opened",
    "rtnetlink opened",
    "networkmanager opened",
  ]);
  await watcher[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

test("attempts are further and further apart, up to a minute, and told once", async () => {
  const { clock, watcher, manager, events } = await watching({ manager: "no bus" });
  const attempts: number[] = [];
  const open = manager.open.bind(manager);
  manager.open = (host) => {
    attempts.push(clock.now());
    return open(host);
  };
  for (let second = 0; second < 300; second += 1) {
    clock.advance(1_000);
    await settled();
  }
  const waits = attempts.map((at, index) => at - (attempts[index - 1] ?? 0));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.deepEqual(events, ["networkmanager: no bus", "rtnetlink opened"]);
  await watcher[Symbol.asyncDispose]();
});

test("one that dies again and again is not tried without end, one that held is tried soon", async () => {
  const { watcher, kernel, manager, pass } = await watching({ manager: "no bus" });
  for (let death = 0; death < 4; death += 1) {
    kernel.die("killed");
    await settled();
    kernel.missing = undefined;
    await pass(1_000 * 2 ** death - 1);
    assert.equal(watcher.backend, "poll", `death ${death}`);
    await pass(1);
    assert.equal(watcher.backend, "rtnetlink", `death ${death}`);
  }
  await pass(10_000);
  kernel.die("killed");
  await settled();
  kernel.missing = undefined;
  await pass(1_000);
  assert.equal(watcher.backend, "rtnetlink");
  assert.equal(manager.opened, 0);
  await watcher[Symbol.asyncDispose]();
});

test("a back end whose state cannot be read is dead, at first and later", async () => {
  const { watcher, manager, events, pass } = await watching();
  manager.missing = "no answer";
  manager.change(wifi);
  await pass(DEBOUNCE_MS);
  assert.equal(watcher.backend, "rtnetlink");
  assert.equal(manager.closed, 1);
  assert.equal(events.at(-2), "networkmanager: no answer");
  await watcher[Symbol.asyncDispose]();
});

test("a back end that dies while it is opened is as one that cannot be had", async () => {
  const clock = new FakeClock();
  const manager = new MockBackend("networkmanager", [wifi]);
  const open = manager.open.bind(manager);
  manager.open = async (host) => {
    const opened = await open(host);
    host.died(new Error("gone already"));
    return opened;
  };
  const watcher = await watchNetwork({ clock, log, backends: [manager, new MockBackend("poll")] });
  assert.equal(watcher.backend, "poll");
  assert.equal(manager.closed, 1);
  await watcher[Symbol.asyncDispose]();
});

test("what changes while a back end is opened is read again", async () => {
  const clock = new FakeClock();
  const manager = new MockBackend("networkmanager", [status("old")]);
  let read = (): void => {};
  manager.reading = new Promise((resolve) => (read = resolve));
  const starting = watchNetwork({ clock, log, backends: [manager], debounceMs: DEBOUNCE_MS });
  await settled();
  manager.change(status("new"));
  read();
  const watcher = await starting;
  assert.deepEqual(watcher.state, [status("old")]);
  clock.advance(DEBOUNCE_MS);
  await settled();
  assert.deepEqual(watcher.state, [status("new")]);
  await watcher[Symbol.asyncDispose]();
});

test("a back end that was replaced is not heard any more", async () => {
  const { watcher, manager, kernel, pass } = await watching();
  const { host } = manager;
  manager.die("gone");
  await settled();
  host?.changed();
  host?.died(new Error("again"));
  await pass(DEBOUNCE_MS);
  assert.equal(watcher.backend, "rtnetlink");
  assert.equal(kernel.reads, 1);
  await watcher[Symbol.asyncDispose]();
});
