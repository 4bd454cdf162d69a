/** The back end for NetworkManager over a mock of it, on the library's own bus: what makes it look, and what does not. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until } from "@doorbell-js/test-support/until";

import { type BusSignal, Variant } from "../../src/dbus/connection.ts";
import { networkManager } from "../../src/network/nm.ts";
import type { BackendHost, OpenBackend } from "../../src/network/state.ts";
import { watchNetwork } from "../../src/network/watcher.ts";
import { startBroker, type TestBus } from "../support/bus-daemon.ts";
import { BusPeer } from "../support/bus-peer.ts";
import { MockBackend, status } from "../support/mock-backend.ts";

/** Time stands still in here: an answer that does not come is to be a failure. */
const TIMEOUT_MS = 30_000;

const NAME = "org.freedesktop.NetworkManager";
const PROPERTIES = "org.freedesktop.DBus.Properties";
const DEVICE = `/org/freedesktop/NetworkManager/Devices/1`;

/** A mock of NetworkManager: it owns the name, and has one device. */
async function mockManager(bus: TestBus): Promise<BusPeer> {
  const peer = await BusPeer.on(bus.address);
  await peer.own(NAME);
  const device = {
    [`${NAME}.Device`]: {
      Interface: new Variant("s", "wl0"),
      DeviceType: new Variant("u", 2),
      InterfaceFlags: new Variant("u", 3),
    },
  };
  peer.answer = () => ({ signature: "a{oa{sa{sv}}}", body: [{ [DEVICE]: device }] });
  return peer;
}

interface Opened extends AsyncDisposable {
  readonly backend: OpenBackend;
  readonly host: BackendHost & { readonly changes: number; readonly deaths: readonly Error[] };
}

async function opened(bus: TestBus): Promise<Opened> {
  const deaths: Error[] = [];
  const host = {
    changes: 0,
    deaths,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    changed: () => void (host.changes += 1),
    died: (cause: Error) => void deaths.push(cause),
  };
  const backend = await networkManager({ address: bus.address }).open(host);
  return { backend, host, [Symbol.asyncDispose]: () => Promise.resolve(backend[Symbol.asyncDispose]()) };
}

const propertiesChanged = (name: string, changed: object): BusSignal => ({
  path: DEVICE,
  interface: PROPERTIES,
  member: "PropertiesChanged",
  args: [`${NAME}.${name}`, changed, []],
});
const stateChanged = { path: "/org/freedesktop/NetworkManager", interface: NAME, member: "StateChanged", args: [70] };

test("it looks when something tells of a change, and not for what never ends", { timeout: TIMEOUT_MS }, async () => {
  await using bus = await startBroker();
  await using manager = await mockManager(bus);
  await using one = await opened(bus);
  const { host } = one;
  const tells = async (signal: BusSignal, signature: string): Promise<boolean> => {
    const before = host.changes;
    await manager.emit(signal, signature);
    await one.backend.read();
    return host.changes === before + 1;
  };
  for (const name of ["Device", "Device.Wired", "Device.Wireless", "IP4Config", "IP6Config"])
    assert.ok(await tells(propertiesChanged(name, {}), "sa{sv}as"), name);
  for (const name of ["Device.Statistics", "AccessPoint", "Settings", "Connection.Active"])
    assert.ok(!(await tells(propertiesChanged(name, {}), "sa{sv}as")), name);
  const point = (changed: object): Promise<boolean> => tells(propertiesChanged("AccessPoint", changed), "sa{sv}as");
  assert.ok(!(await point({ Strength: new Variant("y", 7) })));
  assert.ok(await point({ Ssid: new Variant("ay", Buffer.from("x")) }));
  assert.ok(await tells(stateChanged, "u"));
  for (const member of ["DeviceAdded", "DeviceRemoved"])
    assert.ok(await tells({ ...stateChanged, member, args: [DEVICE] }, "o"));
  const device = { path: DEVICE, interface: `${NAME}.Device`, member: "StateChanged", args: [100, 30, 0] };
  assert.ok(await tells(device, "uuu"));
  assert.ok(!(await tells({ ...device, interface: `${NAME}.Device.Wireless`, member: "AccessPointAdded" }, "uuu")));
});

test("a forged signal does not make it look, whoever sends it and to whom", { timeout: TIMEOUT_MS }, async () => {
  await using bus = await startBroker();
  await using manager = await mockManager(bus);
  await using spoofer = await BusPeer.on(bus.address);
  await using one = await opened(bus);
  await one.backend.read();
  const us = manager.calls.at(-1)?.sender;
  assert.ok(us !== undefined);
  await spoofer.emit(stateChanged, "u");
  await spoofer.emit(stateChanged, "u", us);
  await spoofer.emit(propertiesChanged("Device", {}), "sa{sv}as", us);
  const bow = { path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", member: "NameOwnerChanged" };
  await spoofer.emit({ ...bow, args: [NAME, manager.name, ""] }, "sss", us);
  await manager.emit(stateChanged, "u", us);
  await until("the true signal", () => one.host.changes > 0);
  assert.equal(one.host.changes, 1, "a forged signal makes it look");
  assert.deepEqual(one.host.deaths, [], "a forged signal ends it");
});

test("when NetworkManager is gone, or its bus, it is dead", { timeout: TIMEOUT_MS }, async () => {
  await using bus = await startBroker();
  await using manager = await mockManager(bus);
  const clock = new FakeClock();
  await using one = await opened(bus);
  await manager.release(NAME);
  await until("the death", () => one.host.deaths.length > 0);
  assert.match(one.host.deaths[0]?.message ?? "", /^NetworkManager is gone/);
  await assert.rejects(one.backend.read(), { code: "Unavailable" });
  await assert.rejects(opened(bus), { code: "Unavailable", message: "NetworkManager does not run" });
  await manager.own(NAME);
  await using other = await opened(bus);
  await bus.kill();
  await until("the death", () => other.host.deaths.length > 0);
  assert.equal(clock.pending, 0);
});

test("another NetworkManager in its place is read anew", { timeout: TIMEOUT_MS }, async () => {
  await using bus = await startBroker();
  await using manager = await mockManager(bus);
  // A name that is taken over has no moment without an owner.
  await manager.callBus("RequestName", "su", [NAME, 1]);
  await using one = await opened(bus);
  await using other = await mockManager(bus);
  await until("the change", () => one.host.changes > 0);
  await one.backend.read();
  assert.deepEqual([manager.calls.length, other.calls.length], [0, 1]);
  assert.deepEqual(one.host.deaths, []);
});

test(
  "one that does not answer any more is given up after five seconds, and the next best is used",
  { timeout: TIMEOUT_MS },
  async () => {
    await using bus = await startBroker();
    await using manager = await mockManager(bus);
    const clock = new FakeClock();
    const kernel = new MockBackend("rtnetlink", [status("wl0", { ipv4: ["192.0.2.1/24"] })]);
    await using watcher = await watchNetwork({
      clock,
      log: () => {},
      backends: [networkManager({ address: bus.address }), kernel],
    });
    assert.deepEqual(watcher.state, [status("wl0", { wireless: true })]);
    manager.answer = () => undefined;
    await manager.emit(stateChanged, "u");
    // The wait of the watcher, besides the minute until it looks in any case.
    await until("the signal", () => clock.pending > 1);
    clock.advance(300);
    await until("the question", () => manager.calls.length === 2);
    clock.advance(4_999);
    assert.equal(watcher.backend, "networkmanager");
    clock.advance(1);
    await until("the next best", () => watcher.backend === "rtnetlink");
    assert.deepEqual(watcher.state, kernel.state);
  },
);
