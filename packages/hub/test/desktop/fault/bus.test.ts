/** A hostile or broken session bus, and hostile or broken peers on it. The daemons are mocks. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { openDesktop } from "../../../src/desktop/desktop.ts";
import { startDaemon } from "../../support/bus-daemon.ts";
import { BusPeer } from "../../support/bus-peer.ts";
import { hearing } from "../../support/hearing.ts";
import { daemonSignal, MockBusDaemon } from "../../support/mock-bus-daemon.ts";
import { dbusMissing } from "../../support/needs.ts";

const actions = [{ key: "open", label: "Open" }];

describe("a session bus", { skip: dbusMissing }, () => {
  test("a signal that another peer forges, broadcast or addressed to us, is nobody's; the daemon's own is heard", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using forger = await BusPeer.on(bus.address);
    const heard = hearing();
    await using desktop = await openDesktop({
      ...heard.events,
      environment: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    });
    assert.ok(desktop.by === "dbus");
    desktop.show({ group: "a", summary: "s", actions });
    await daemon.receives(1);
    const us = daemon.peer.calls.find(({ member }) => member === "Notify")?.sender;
    for (const destination of [undefined, us]) {
      await forger.emit(daemonSignal("ActionInvoked", 1, "open"), "us", destination);
      await forger.emit(daemonSignal("NotificationClosed", 1, 2), "uu", destination);
    }
    // Behind the forged ones, on the same way.
    await daemon.peer.emit(daemonSignal("NotificationClosed", 1, 1), "uu");
    await until("the daemon's own signal", () => heard.closed.length > 0);
    assert.deepEqual(heard.acted, [], "a forged action was heard");
    assert.deepEqual(
      heard.closed.map(({ reason }) => reason),
      ["expired"],
      "a forged end was heard",
    );
  });

  test("a daemon that never answers: told, nothing hangs, and the program ends", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    daemon.answer = () => undefined;
    const heard = hearing();
    {
      const environment = { DBUS_SESSION_BUS_ADDRESS: bus.address };
      await using desktop = await openDesktop({ ...heard.events, environment, timeoutMs: 1_000 });
      desktop.show({ group: "a", summary: "1" });
      await until("that it is told", () => heard.failed.length > 0);
      for (let item = 0; item < 100; item += 1) desktop.show({ group: "a", name: `${item}`, summary: `${item}` });
    }
    assert.deepEqual(
      heard.failed.map(({ code, message }) => `${code}: ${message}`),
      ["TimedOut: the notification daemon did not answer within 1000 ms"],
    );
    assert.equal(daemon.notified.length, 1, "it is sent nothing on top");
  });

  test("a bus that dies in mid-call: told, and all is well when it is back", async () => {
    await using bus = await startDaemon();
    const heard = hearing();
    await using desktop = await openDesktop({
      ...heard.events,
      environment: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    });
    {
      await using daemon = await MockBusDaemon.on(bus.address);
      daemon.answer = () => undefined;
      desktop.show({ group: "a", summary: "s", body: "text" });
      await daemon.receives(1);
      await bus.kill();
      await until("that it is told", () => heard.failed.length > 0);
    }
    await bus.restart();
    await using daemon = await MockBusDaemon.on(bus.address);
    assert.equal((await daemon.receives(1)).body, "text");
    await until("that it is over", () => heard.recovered === 1);
    assert.deepEqual(
      heard.failed.map(({ code }) => code),
      ["NoDaemon"],
    );
  });

  for (const [what, capabilities] of [
    ["no list", { signature: "s", body: ["body"] }],
    ["a list of numbers", { signature: "au", body: [[1, 2]] }],
    ["nothing", { signature: "", body: [] }],
  ] as const)
    test(`a daemon that says it can do ${what}: told, and what is shown next is asked for again`, async () => {
      await using bus = await startDaemon();
      await using daemon = await MockBusDaemon.on(bus.address);
      daemon.capabilities = capabilities;
      const heard = hearing();
      const environment = { DBUS_SESSION_BUS_ADDRESS: bus.address };
      await using desktop = await openDesktop({ ...heard.events, environment });
      desktop.show({ group: "a", summary: "1" });
      await until("that it is told", () => heard.failed.length > 0);
      assert.equal(heard.failed[0]?.code, "BadAnswer");
      daemon.capabilities = { signature: "as", body: [[]] };
      await daemon.receives(1);
    });

  for (const [what, answer, code, message] of [
    ["0", { signature: "u", body: [0] }, "BadAnswer", /gave a pop-up no number/],
    ["a text", { signature: "s", body: ["7"] }, "BadAnswer", /no number/],
    ["nothing", { signature: "", body: [] }, "BadAnswer", /no number/],
    ["a negative number", { signature: "i", body: [-1] }, "BadAnswer", /no number/],
    ["an error", { error: "org.example.Error", text: "no\u001b[2J" }, "Refused", /a pop-up was refused: .*no/],
  ] as const)
    test(`a daemon that answers ${what} in the place of a number: told, and the next is shown`, async () => {
      await using bus = await startDaemon();
      await using daemon = await MockBusDaemon.on(bus.address);
      daemon.answer = () => answer;
      const heard = hearing();
      const environment = { DBUS_SESSION_BUS_ADDRESS: bus.address };
      await using desktop = await openDesktop({ ...heard.events, environment });
      desktop.show({ group: "a", summary: "1" });
      await until("that it is told", () => heard.failed.length > 0);
      assert.equal(heard.failed[0]?.code, code);
      assert.match(heard.failed[0]?.message ?? "", message);
      daemon.answer = undefined;
      desktop.show({ group: "b", summary: "2" });
      await daemon.receives(2);
      assert.equal(heard.failed.length, 1);
    });
});

test("no bus, or none that can be reached, and no notify-send: it is said what is wrong", async () => {
  using folder = newFolder();
  const bare = { PATH: folder.path };
  for (const [environment, message] of [
    [{}, /^there is no desktop to show anything on: there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set/],
    [{ DBUS_SESSION_BUS_ADDRESS: "garbage" }, /"garbage" is no address of a bus/],
    [{ DBUS_SESSION_BUS_ADDRESS: "unix:abstract=/tmp/x" }, /is an abstract socket, which cannot be reached from Node/],
    [{ DBUS_SESSION_BUS_ADDRESS: "unixexec:path=/bin/sh" }, /only unix:path=… is spoken here/],
  ] as const)
    await assert.rejects(openDesktop({ environment: { ...bare, ...environment } }), (error: Error) => {
      assert.equal((error as Error & { code?: string }).code, "NoDesktop");
      assert.match(error.message, message);
      assert.match(error.message, /and there is no command notify-send \(the package libnotify-bin has it\)$/);
      return true;
    });
  const nobody = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder.file("nothing")}` };
  await assert.rejects(openDesktop({ environment: { ...process.env, ...nobody } }), {
    code: "NoDesktop",
    message: /^there is no desktop to show anything on: /,
  });
});
