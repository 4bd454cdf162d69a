import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import type { NetworkState } from "../../src/network/state.ts";
import { watchNetwork } from "../../src/network/watcher.ts";
import { MockBackend, settled, status } from "../support/mock-backend.ts";
import { DEBOUNCE_MS, log, watching, wifi } from "../support/watched.ts";

test("the best back end that can be had is used, and the state is known at once", async () => {
  const all = await watching();
  assert.equal(all.watcher.backend, "networkmanager");
  assert.deepEqual(all.watcher.state, [wifi]);
  assert.deepEqual([all.manager.opened, all.kernel.opened, all.poll.opened], [1, 0, 0]);
  const { watcher, events } = await watching({ manager: "no bus", kernel: "no ip" });
  assert.equal(watcher.backend, "poll");
  assert.deepEqual(watcher.state, [status("wlan0")]);
  assert.deepEqual(events, ["networkmanager: no bus", "rtnetlink: no ip", "poll opened"]);
  await all.watcher[Symbol.asyncDispose]();
  await watcher[Symbol.asyncDispose]();
});

test("if there is none, that is an error which says why of each", async () => {
  const clock = new FakeClock();
  const backends = [new MockBackend("networkmanager", [], "no bus"), new MockBackend("rtnetlink", [], "no ip")];
  await assert.rejects(watchNetwork({ clock, log, backends }), {
    name: "NetworkError",
    code: "NoBackend",
    message: "the network cannot be watched: no bus; no ip",
  });
  await assert.rejects(watchNetwork({ clock, log, backends: [] }), {
    code: "NoBackend",
    message: /there is no back end/,
  });
  assert.equal(clock.pending, 0);
});

test("the last state counts: what comes and goes meanwhile is read once, and not told if nothing differs", async () => {
  const { watcher, manager, seen, pass } = await watching();
  for (let flap = 0; flap < 5; flap += 1) {
    manager.change(status("wlan0", { linkState: "noCarrier" }));
    await pass(DEBOUNCE_MS - 1);
    manager.change(wifi);
    await pass(10);
  }
  assert.equal(manager.reads, 1, "read while it flaps");
  await pass(DEBOUNCE_MS);
  assert.equal(manager.reads, 2);
  assert.deepEqual(seen, []);
  manager.change(status("wlan0", { linkState: "off" }));
  await pass(DEBOUNCE_MS - 1);
  assert.deepEqual(seen, []);
  await pass(1);
  assert.deepEqual(seen, [[status("wlan0", { linkState: "off" })]]);
  assert.equal(watcher.state, seen[0]);
  await watcher[Symbol.asyncDispose]();
});

test("what never stops is read all the same, after ten waits", async () => {
  const { watcher, manager, seen, pass } = await watching();
  for (let ms = 0; ms < 10 * DEBOUNCE_MS; ms += 100) {
    assert.equal(manager.reads, 1, `${ms} ms`);
    manager.change(status("wlan0", { ipv4: [`192.0.2.${ms / 100}/24`] }));
    await pass(100);
  }
  assert.equal(manager.reads, 2);
  assert.deepEqual(seen, [[status("wlan0", { ipv4: ["192.0.2.29/24"] })]]);
  await watcher[Symbol.asyncDispose]();
});

test("the order in which a back end tells makes no state another", async () => {
  const { watcher, manager, seen, pass } = await watching();
  const two = ["192.0.2.1/24", "192.0.2.2/24"];
  manager.change(status("b", { ipv4: two }), status("a"), status("B"));
  await pass(DEBOUNCE_MS);
  manager.change(status("a"), status("B"), status("b", { ipv4: two.toReversed() }));
  await pass(DEBOUNCE_MS);
  assert.equal(manager.reads, 3);
  assert.deepEqual(seen, [[status("B"), status("a"), status("b", { ipv4: two })]]);
  await watcher[Symbol.asyncDispose]();
});

test("what changes while the state is read is read after it", async () => {
  const { watcher, manager, seen, pass } = await watching();
  let read = (): void => {};
  manager.reading = new Promise((resolve) => (read = resolve));
  manager.change(status("old"));
  await pass(DEBOUNCE_MS);
  assert.equal(manager.reads, 2);
  manager.change(status("new"));
  await pass(DEBOUNCE_MS);
  assert.equal(manager.reads, 2, "two at once");
  read();
  await settled();
  await pass(DEBOUNCE_MS);
  assert.deepEqual(seen, [[status("old")], [status("new")]]);
  await watcher[Symbol.asyncDispose]();
});

test("however quiet it is, the state is read again after a minute", async () => {
  const { watcher, manager, seen, pass } = await watching();
  manager.state = [status("wlan0", { linkState: "off" })];
  await pass(60_000 + DEBOUNCE_MS - 1);
  assert.deepEqual(seen, []);
  await pass(1);
  assert.deepEqual(seen, [manager.state]);
  await watcher[Symbol.asyncDispose]();
});

test("a listener hears until it is disposed of; another's mistake is not in its way", async () => {
  const { watcher, manager, seen, events, pass } = await watching();
  const first = watcher.onChange(() => {
    throw new Error("mine");
  });
  const heard: NetworkState[] = [];
  const second = watcher.onChange((state) => heard.push(state));
  manager.change(status("a"));
  await pass(DEBOUNCE_MS);
  assert.deepEqual([seen.length, heard.length], [1, 1]);
  assert.equal(events.at(-1), "a listener: mine");
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  manager.change(status("b"));
  await pass(DEBOUNCE_MS);
  assert.deepEqual([seen.length, heard.length], [2, 1]);
  await watcher[Symbol.asyncDispose]();
});

test("disposing ends everything, whatever goes on: a wait, a reading, an opening", async () => {
  const waiting = await watching();
  waiting.manager.change(status("a"));
  await waiting.watcher[Symbol.asyncDispose]();
  assert.equal(waiting.clock.pending, 0);
  assert.equal(waiting.manager.closed, 1);
  assert.deepEqual(waiting.seen, []);

  const reading = await watching();
  let read = (): void => {};
  reading.manager.reading = new Promise((resolve) => (read = resolve));
  reading.manager.change(status("a"));
  await reading.pass(DEBOUNCE_MS);
  const disposing = reading.watcher[Symbol.asyncDispose]();
  read();
  await disposing;
  assert.deepEqual(reading.seen, []);
  assert.equal(reading.clock.pending, 0);

  const opening = await watching({ manager: "no bus" });
  opening.manager.opening = new Promise(() => {});
  await opening.pass(1_000);
  await opening.watcher[Symbol.asyncDispose]();
  await opening.watcher[Symbol.asyncDispose]();
  assert.equal(opening.clock.pending, 0);
  assert.deepEqual([opening.kernel.opened, opening.kernel.closed], [1, 1]);
});

test("a signal ends the watch, before it begins, while it does, and after", async () => {
  const clock = new FakeClock();
  const manager = new MockBackend("networkmanager", [wifi]);
  const reason = new Error("enough");
  const aborted = { name: "NetworkError", code: "Aborted", cause: reason };
  await assert.rejects(watchNetwork({ clock, log, backends: [manager], signal: AbortSignal.abort(reason) }), aborted);
  assert.equal(manager.opened, 0);

  const controller = new AbortController();
  manager.opening = new Promise(() => {});
  const starting = watchNetwork({ clock, log, backends: [manager], signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(starting, aborted);

  manager.opening = Promise.resolve();
  const later = new AbortController();
  await watchNetwork({ clock, log, backends: [manager], signal: later.signal });
  later.abort();
  await settled();
  assert.deepEqual([manager.opened, manager.closed, clock.pending], [1, 1, 0]);
});
