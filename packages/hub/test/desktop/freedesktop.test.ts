/** What is said on the bus, to a mock of a daemon that writes down what it is told. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { openDesktop } from "../../src/desktop/desktop.ts";
import { startDaemon } from "../support/bus-daemon.ts";
import { hearing } from "../support/hearing.ts";
import { daemonSignal, MockBusDaemon } from "../support/mock-bus-daemon.ts";
import { dbusMissing } from "../support/needs.ts";

describe("over a bus", { skip: dbusMissing }, () => {
  test("all of a pop-up, by the specification", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    await using desktop = await openDesktop({ environment: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
    assert.ok(desktop.by === "dbus");
    desktop.show({ group: "plain", summary: "only a title" });
    desktop.show({
      group: "full",
      name: "1",
      summary: "title",
      body: "text",
      icon: "mail-unread",
      urgency: "critical",
      category: "x-doorbell.ads",
      expireMs: 7_000,
      actions: [{ key: "default", label: "Open" }],
    });
    await daemon.receives(2);
    const [plain, full] = daemon.notified.map(({ at: _, ...rest }) => rest);
    const bare = { program: "Doorbell", replaces: 0, icon: "", body: "", actions: [], expireMs: -1 };
    assert.deepEqual(plain, { ...bare, summary: "only a title", hints: { urgency: 1 } });
    assert.deepEqual(full, {
      program: "Doorbell",
      replaces: 0,
      icon: "mail-unread",
      summary: "title",
      body: "text",
      actions: ["default", "Open"],
      hints: { urgency: 2, category: "x-doorbell.ads" },
      expireMs: 7_000,
    });
    desktop.show({ group: "full", name: "1", summary: "another" });
    assert.equal((await daemon.receives(3)).replaces, 2);
    desktop.close("full", "1");
    await until("its end", () => daemon.closed.length > 0);
    assert.deepEqual(daemon.closed, [2]);
  });

  test("answers: the action, its token, and why a bubble is gone", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    const heard = hearing();
    await using desktop = await openDesktop({
      ...heard.events,
      environment: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    });
    assert.ok(desktop.by === "dbus");
    const actions = [{ key: "open", label: "Open" }];
    desktop.show({ group: "a", summary: "1", actions });
    await daemon.receives(1);
    await daemon.peer.emit(daemonSignal("ActivationToken", 1, "token"), "us");
    await daemon.peer.emit(daemonSignal("ActionInvoked", 1, "open"), "us");
    await until("the action", () => heard.acted.length > 0);
    assert.deepEqual(heard.acted[0]?.activationToken, "token");
    for (const [index, reason] of ["expired", "dismissed", "closed", "unknown"].entries()) {
      desktop.show({ group: `g${index}`, summary: "s" });
      await daemon.receives(index + 2);
      await daemon.peer.emit(daemonSignal("NotificationClosed", index + 2, index + 1), "uu");
      await until(reason, () => heard.closed.some((closed) => closed.reason === reason));
    }
  });

  test("no daemon yet: nothing is lost, and what came is shown when there is one", async () => {
    await using bus = await startDaemon();
    const heard = hearing();
    await using desktop = await openDesktop({
      ...heard.events,
      environment: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    });
    desktop.show({ group: "a", summary: "s", body: "text" });
    await until("that it is told", () => heard.failed.length > 0);
    await using daemon = await MockBusDaemon.on(bus.address);
    assert.equal((await daemon.receives(1)).body, "text");
    await until("that it is over", () => heard.recovered === 1);
    assert.deepEqual(
      heard.failed.map(({ code, message }) => [code, message]),
      [["NoDaemon", "no notification daemon is there"]],
    );
  });

  test("disposing shows what waits for its turn", async () => {
    await using bus = await startDaemon();
    await using daemon = await MockBusDaemon.on(bus.address);
    {
      await using desktop = await openDesktop({ environment: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
      for (let item = 1; item <= 5; item += 1) desktop.show({ group: "a", name: `${item}`, summary: `${item}` });
    }
    assert.equal(daemon.notified.at(-1)?.summary, "a: 5 new");
  });
});
