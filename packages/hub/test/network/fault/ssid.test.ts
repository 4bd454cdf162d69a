/** SSIDs, from python-dbusmock's mock of NetworkManager: a machine that runs tests has no radio. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { systemClock } from "@doorbell-js/doorbell/line";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { python } from "@doorbell-js/test-support/needs";
import { until } from "@doorbell-js/test-support/until";

import { openBus } from "../../../src/dbus/bus.ts";
import { Variant } from "../../../src/dbus/connection.ts";
import { networkManager } from "../../../src/network/nm.ts";
import { watchNetwork } from "../../../src/network/watcher.ts";
import { startDaemon } from "../../support/bus-daemon.ts";
import { status } from "../../support/mock-backend.ts";
import { dbusmockMissing } from "../../support/needs.ts";
import { Program } from "../../support/program.ts";

const NAME = "org.freedesktop.NetworkManager";
const MOCK = "org.freedesktop.DBus.Mock";
const ROOT = "/org/freedesktop";
const point = (name: string): string => `${ROOT}/NetworkManager/AccessPoint/${name}`;

test(
  "the network's name is told, whatever bytes it is; null when there is none",
  { skip: dbusmockMissing },
  async () => {
    await using daemon = await startDaemon();
    const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: daemon.address };
    await using mock = new Program(python, ["-m", "dbusmock", "--template", "networkmanager", "--system"], env);
    // Whose time stands still: the mock may take its time.
    await using bus = await openBus({ address: daemon.address, clock: new FakeClock() });
    using owner = await bus.watch(NAME, { ownerChanged: () => {}, signal: () => {} });
    await until("the mock", () => owner.owner !== undefined, 30_000);
    const call = (
      path: string,
      name: string,
      member: string,
      signature: string,
      ...args: unknown[]
    ): Promise<unknown> => bus.call({ destination: NAME, path, interface: name, member, signature, args });
    const device = `${ROOT}/NetworkManager/Devices/radio`;
    const set = (name: string, property: string, value: Variant): Promise<unknown> =>
      call(device, "org.freedesktop.DBus.Properties", "Set", "ssv", `${NAME}.${name}`, property, value);
    const addPoint = (name: string, ssid: Buffer): Promise<unknown> => {
      const properties = { Ssid: new Variant("ay", ssid), Strength: new Variant("y", 80) };
      return call(ROOT, MOCK, "AddObject", "ssa{sv}a(ssss)", point(name), `${NAME}.AccessPoint`, properties, []);
    };
    await call(ROOT, MOCK, "AddWiFiDevice", "ssi", "radio", "wlan0", 30);
    await addPoint("text", Buffer.from("café-5G"));
    await addPoint("bytes", Buffer.from([0x66, 0xfc, 0x72, 0x0a, 0x5c]));
    await addPoint("hidden", Buffer.alloc(0));
    // Which the mock's template does not have.
    const none = { ActiveAccessPoint: new Variant("o", "/") };
    await call(device, MOCK, "AddProperties", "sa{sv}", `${NAME}.Device.Wireless`, none);
    const flags = {
      InterfaceFlags: new Variant("u", 1),
      Ip4Config: new Variant("o", `${ROOT}/NetworkManager/IP4Config/1`),
    };
    await call(device, MOCK, "AddProperties", "sa{sv}", `${NAME}.Device`, flags);
    const address = { address: new Variant("s", "192.0.2.77"), prefix: new Variant("u", 24) };
    const config = { AddressData: new Variant("aa{sv}", [address]) };
    await call(ROOT, MOCK, "AddObject", "ssa{sv}a(ssss)", flags.Ip4Config.value, `${NAME}.IP4Config`, config, []);

    await using watcher = await watchNetwork({
      clock: systemClock,
      backends: [networkManager({ address: daemon.address })],
      debounceMs: 20,
      log: () => {},
    });
    const wlan0 = { wireless: true, ipv4: ["192.0.2.77/24"] };
    assert.deepEqual(watcher.state, [status("wlan0", { ...wlan0, linkState: "noCarrier" })]);
    await set("Device", "InterfaceFlags", new Variant("u", 0x10003));
    for (const [name, ssid] of [
      ["text", "café-5G"],
      ["bytes", "f\\xfcr\\x0a\\\\"],
      ["hidden", null],
      ["text", "café-5G"],
      ["none", null],
    ] as const) {
      const path = name === "none" ? "/" : point(name);
      await set("Device.Wireless", "ActiveAccessPoint", new Variant("o", path));
      await until(`${name}: ${ssid}`, () => watcher.state[0]?.linkState === "up" && watcher.state[0].ssid === ssid);
      assert.deepEqual(watcher.state, [status("wlan0", { ...wlan0, ssid })]);
    }
    mock.signal("SIGTERM");
  },
);
