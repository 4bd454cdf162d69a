/** What a bus does, over a real dbus-daemon and over the library's own bus. Time stands still: nobody is given up for being slow. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until, within } from "@doorbell-js/test-support/until";

import { type Bus, type BusEvent, openBus } from "../../src/dbus/bus.ts";
import { type BusCall, type BusSignal, Variant } from "../../src/dbus/connection.ts";
import type { NameListener } from "../../src/dbus/watch.ts";
import { startBroker, startDaemon, type TestBus } from "../support/bus-daemon.ts";
import { BusPeer } from "../support/bus-peer.ts";
import { dbusMissing } from "../support/needs.ts";

const NAME = "org.example.Service";
const PATH = "/org/example/Service";
const to = (member: string): BusCall => ({ destination: NAME, path: PATH, interface: NAME, member });
const news = (text: string): BusSignal => ({ path: PATH, interface: NAME, member: "News", args: [text] });

interface Heard {
  readonly owners: (string | undefined)[];
  readonly texts: unknown[];
  readonly listener: NameListener;
}

function hearing(): Heard {
  const owners: (string | undefined)[] = [];
  const texts: unknown[] = [];
  const listener = {
    ownerChanged: (owner: string | undefined) => void owners.push(owner),
    signal: (signal: BusSignal) => void texts.push(...signal.args),
  };
  return { owners, texts, listener };
}

/** Resolves when the bus has passed on to us all that was sent before. */
const sync = (bus: Bus) =>
  bus.call({
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member: "GetId",
  });

for (const [kind, start, skip] of [
  ["a dbus-daemon", startDaemon, dbusMissing],
  ["the library's own bus", startBroker, false],
] satisfies [string, () => Promise<TestBus>, string | false][])
  describe(kind, () => {
    test(
      "a call is answered, by values or by an error that is told apart by its name",
      { skip, timeout: 60_000 },
      async () => {
        await using daemon = await start();
        await using peer = await BusPeer.on(daemon.address);
        await peer.own(NAME);
        await using bus = await openBus({ address: daemon.address, clock: new FakeClock() });
        peer.answer = ({ body }) => ({
          signature: "sa{sv}t",
          body: [`got ${String(body?.[0])}`, { a: new Variant("y", 7) }, 2n ** 64n - 1n],
        });
        const answer = await bus.call({
          ...to("Ask"),
          signature: "sa{sv}",
          args: ["é", { b: new Variant("b", true), n: new Variant("a{sv}", { s: new Variant("(su)", ["x", 3]) }) }],
        });
        assert.deepEqual(answer, ["got é", { a: 7 }, 2n ** 64n - 1n]);
        assert.deepEqual(peer.calls[0]?.body, ["é", { b: true, n: { s: ["x", 3] } }]);
        peer.answer = () => ({ error: "org.example.Error.No", text: "not today" });
        await assert.rejects(bus.call(to("Ask")), {
          name: "BusError",
          code: "Refused",
          dbusName: "org.example.Error.No",
          message: "org.example.Service refused org.example.Service.Ask: not today (org.example.Error.No)",
        });
        await assert.rejects(bus.call({ ...to("Ask"), destination: "org.example.Nobody" }), {
          code: "Refused",
          dbusName: /^org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner)$/,
        });
      },
    );

    test("a call that nobody answers ends in time, or when it is given up", { skip, timeout: 60_000 }, async () => {
      await using daemon = await start();
      await using peer = await BusPeer.on(daemon.address);
      await peer.own(NAME);
      const clock = new FakeClock();
      await using bus = await openBus({ address: daemon.address, clock });
      const late = bus.call(to("Ask"), { timeoutMs: 700 });
      clock.advance(699);
      const controller = new AbortController();
      const given = bus.call(to("Ask"), { signal: controller.signal });
      controller.abort(new Error("enough"));
      await assert.rejects(given, { code: "Aborted", cause: new Error("enough") });
      await assert.rejects(bus.call(to("Ask"), { signal: controller.signal }), { code: "Aborted" });
      clock.advance(1);
      await assert.rejects(late, { code: "TimedOut", message: /did not answer org.example.Service.Ask within 700 ms/ });
      assert.equal(clock.pending, 0);
    });

    test("what is no call is refused before it is sent, and the bus stays", { skip, timeout: 60_000 }, async () => {
      await using daemon = await start();
      await using bus = await openBus({ address: daemon.address, clock: new FakeClock() });
      for (const [wrong, message] of [
        [{ destination: "nodots" }, /"nodots" is no name/],
        [{ destination: "org..example" }, /is no name/],
        [{ destination: `org.${"a".repeat(252)}` }, /is no name/],
        [{ path: "relative" }, /"relative" is no path/],
        [{ path: "/a/" }, /is no path/],
        [{ interface: "org.ex-ample" }, /is no interface/],
        [{ member: "a.b" }, /"a.b" is no member/],
        [{ args: [1] }, /no signature/],
        [{ signature: "s", args: ["a\0b"] }, /the arguments of org.example.Service.Ask cannot be sent/],
        [{ signature: "s", args: [undefined] }, /cannot be sent/],
        [{ signature: "u", args: [-1] }, /cannot be sent/],
        [{ signature: "!", args: [1] }, /cannot be sent/],
      ] as const)
        await assert.rejects(bus.call({ ...to("Ask"), ...wrong }), { code: "InvalidArgument", message });
      for (const name of ["x'y.z", ":1.1", "", "org.freedesktop.DBus"])
        await assert.rejects(bus.watch(name, hearing().listener), { code: "InvalidArgument" });
      assert.ok(bus.isConnected);
      await sync(bus);
    });

    test("signals of the name's owner are heard; who owns it is followed", { skip, timeout: 60_000 }, async () => {
      await using daemon = await start();
      await using peer = await BusPeer.on(daemon.address);
      await using other = await BusPeer.on(daemon.address);
      await using bus = await openBus({ address: daemon.address, clock: new FakeClock() });
      const { owners, texts, listener } = hearing();
      using watch = await bus.watch(NAME, listener);
      assert.equal(watch.owner, undefined);
      await peer.own(NAME);
      await peer.emit(news("one"), "s");
      await peer.release(NAME);
      await peer.emit(news("not the owner any more"), "s");
      await other.own(NAME);
      await other.emit(news("two"), "s");
      await sync(bus);
      assert.deepEqual(owners, [peer.name, undefined, other.name]);
      assert.equal(watch.owner, other.name);
      assert.deepEqual(texts, ["one", "two"]);
      watch[Symbol.dispose]();
      await other.emit(news("nobody listens"), "s");
      await other.release(NAME);
      await sync(bus);
      assert.deepEqual(texts, ["one", "two"]);
      assert.equal(owners.length, 3);
    });

    test(
      "a signal that another peer forges is ignored, also if it is addressed to us",
      { skip, timeout: 60_000 },
      async () => {
        await using daemon = await start();
        await using peer = await BusPeer.on(daemon.address);
        await using spoofer = await BusPeer.on(daemon.address);
        await peer.own(NAME);
        await using bus = await openBus({ address: daemon.address, clock: new FakeClock() });
        const { owners, texts, listener } = hearing();
        using watch = await bus.watch(NAME, listener);
        peer.answer = () => ({ signature: "", body: [] });
        await bus.call(to("Ask"));
        const us = peer.calls[0]?.sender;
        assert.ok(us !== undefined);
        await spoofer.emit(news("forged for all"), "s");
        await spoofer.emit(news("forged for us"), "s", us);
        const bow = { path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", member: "NameOwnerChanged" };
        await spoofer.emit({ ...bow, args: [NAME, peer.name, spoofer.name] }, "sss", us);
        await spoofer.emit(news("forged once more"), "s", us);
        await peer.emit(news("true"), "s", us);
        await until("the true signal", () => texts.length > 0);
        assert.deepEqual(texts, ["true"], "what others forge is passed on");
        assert.deepEqual(owners, [], "others can say who owns a name");
        assert.equal(watch.ignored, 3);
      },
    );

    test(
      "when the bus dies calls end, and it is found again with all that was watched",
      { skip, timeout: 60_000 },
      async () => {
        await using daemon = await start();
        const peer = await BusPeer.on(daemon.address);
        await peer.own(NAME);
        const events: BusEvent[] = [];
        const clock = new FakeClock();
        await using bus = await openBus({
          address: daemon.address,
          clock,
          log: (event) => void events.push(event),
        });
        const { owners, texts, listener } = hearing();
        using watch = await bus.watch(NAME, listener);
        const asked = bus.call(to("Ask"));
        const failed = assert.rejects(asked, { code: "Disconnected", message: /^the bus is gone/ });
        await until("the call", () => peer.calls.length > 0);
        await daemon.kill();
        await within("the calls' end", failed);
        await until("the loss", () => !bus.isConnected);
        await assert.rejects(bus.call(to("Ask")), { code: "Disconnected" });
        assert.deepEqual(owners, [undefined]);
        assert.equal(watch.owner, undefined);
        await daemon.restart();
        await using again = await BusPeer.on(daemon.address);
        await again.own(NAME);
        clock.skip();
        await until("the owner", () => watch.owner === again.name);
        await again.emit(news("back"), "s");
        await until("a signal", () => texts.length > 0);
        assert.deepEqual(texts, ["back"]);
        assert.deepEqual(
          events.map(({ type }) => type),
          ["busLost", "busBack"],
        );
        await peer[Symbol.asyncDispose]();
      },
    );

    test("closing ends calls and waits, also while it tries to connect again", { skip, timeout: 60_000 }, async () => {
      await using daemon = await start();
      await using peer = await BusPeer.on(daemon.address);
      await peer.own(NAME);
      const clock = new FakeClock();
      const bus = await openBus({ address: daemon.address, clock });
      const failed = assert.rejects(bus.call(to("Ask")), { code: "BusClosed" });
      await bus[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      await failed;
      await assert.rejects(bus.call(to("Ask")), { code: "BusClosed" });
      await assert.rejects(bus.watch(NAME, hearing().listener), { code: "BusClosed" });
      assert.equal(clock.pending, 0);
      const other = await openBus({ address: daemon.address, clock });
      await daemon.kill();
      await until("the loss", () => !other.isConnected && clock.pending > 0);
      clock.skip();
      await other[Symbol.asyncDispose]();
      assert.equal(clock.pending, 0, "timers are left behind");
    });
  });
