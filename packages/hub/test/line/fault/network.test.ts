/** The machine's network as lines of a hub: real interfaces, the real NetworkManager, and a mock of it that has a radio. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { systemClock } from "@doorbell-js/doorbell/line";
import { newFolder } from "@doorbell-js/test-support/folder";
import { python } from "@doorbell-js/test-support/needs";
import { until } from "@doorbell-js/test-support/until";

import { openBus } from "../../../src/dbus/bus.ts";
import { Variant } from "../../../src/dbus/connection.ts";
import { startDaemon } from "../../support/bus-daemon.ts";
import { status } from "../../support/mock-backend.ts";
import { Namespace } from "../../support/namespace.ts";
import { dbusmockMissing, namespaceMissing, networkManagerMissing } from "../../support/needs.ts";
import { TestNetworkManager } from "../../support/network-manager.ts";
import { NetworkReader } from "../../support/network-reader.ts";
import { Program } from "../../support/program.ts";

const timeout = 120_000;
const [off, none] = [{ linkState: "off" }, { linkState: "noCarrier" }] as const;

/** A pair of interfaces, each the other's end, without the addresses that IPv6 gives itself. */
const pair = [
  "mount -t sysfs -o ro none /sys",
  "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6",
  "ip link add v0 type veth peer name p0",
];

test("notif: network for links and addresses that come and go", { skip: namespaceMissing, timeout }, async () => {
  using folder = newFolder();
  await using namespace = await Namespace.create(pair);
  await using reader = await NetworkReader.start((...how) => namespace.start(...how), folder.file("hub"));
  await reader.sees(status("p0", off), status("v0", off));
  namespace.ip("link set v0 up");
  await reader.sees(status("p0", off), status("v0", none));
  namespace.ip("link set p0 up");
  await reader.sees(status("p0"), status("v0"));
  namespace.ip("address add 192.0.2.10/24 dev v0");
  await reader.sees(status("p0"), status("v0", { ipv4: ["192.0.2.10/24"] }));
  // What is told is what is given, and it is given again for the asking.
  assert.deepEqual(await reader.now(), reader.state);
  namespace.ip("address del 192.0.2.10/24 dev v0");
  await reader.sees(status("p0"), status("v0"));
  // Flaps: whatever is told of them, the last state is.
  for (const last of ["down", "up"]) {
    const flaps = `for n in 1 2 3 4 5 6; do ip link set p0 up; ip link set p0 down; done; ip link set p0 ${last}`;
    namespace.run("sh", "-c", flaps);
    namespace.ip(`address add 192.0.2.${last.length}/24 dev v0`);
    const ipv4 = last === "up" ? ["192.0.2.2/24", "192.0.2.4/24"] : ["192.0.2.4/24"];
    if (last === "up") await reader.sees(status("p0"), status("v0", { ipv4 }));
    else await reader.sees(status("p0", off), status("v0", { ...none, ipv4 }));
  }
  namespace.ip("link del p0");
  await reader.sees();
  assert.deepEqual(await reader.stop(() => namespace.kill("node", "TERM")), { code: 0, signal: null });
  await namespace.ended("ip");
});

test("notif: network by the real NetworkManager", { skip: networkManagerMissing, timeout }, async () => {
  using folder = newFolder();
  await using manager = await TestNetworkManager.start();
  const { namespace, env } = manager;
  await using reader = await NetworkReader.start((...how) => namespace.start(...how), folder.file("hub"), env);
  await reader.sees(status("ap0"), status("wl0"));
  // It is NetworkManager that tells: `ip` runs only where that does not.
  assert.equal(namespace.processes("ip"), 0);
  await manager.command(
    "con add type ethernet ifname wl0 con-name home ipv4.method manual ipv4.addresses 192.0.2.10/24 ipv6.method disabled",
  );
  await reader.sees(status("ap0"), status("wl0", { ipv4: ["192.0.2.10/24"] }));
  await manager.command("con down home");
  await reader.sees(status("ap0"), status("wl0"));
  namespace.kill("NetworkManager");
  await until("the next best", () => namespace.processes("ip") > 0);
  namespace.ip("address add 192.0.2.1/24 dev ap0");
  await reader.sees(status("ap0", { ipv4: ["192.0.2.1/24"] }), status("wl0"));
  assert.deepEqual(await reader.stop(() => namespace.kill("node", "TERM")), { code: 0, signal: null });
  await namespace.ended("ip");
});

test("notif: network for a Wi-Fi network's name, of a mock", { skip: dbusmockMissing, timeout }, async () => {
  const NAME = "org.freedesktop.NetworkManager";
  const ROOT = "/org/freedesktop";
  const point = `${ROOT}/NetworkManager/AccessPoint/point`;
  using folder = newFolder();
  await using daemon = await startDaemon();
  const env = { DBUS_SYSTEM_BUS_ADDRESS: daemon.address };
  await using _mock = new Program(python, ["-m", "dbusmock", "--template", "networkmanager", "--system"], {
    ...process.env,
    ...env,
  });
  await using bus = await openBus({ address: daemon.address, clock: systemClock });
  using owner = await bus.watch(NAME, { ownerChanged: () => {}, signal: () => {} });
  await until("the mock", () => owner.owner !== undefined);
  const call = (path: string, name: string, member: string, signature: string, ...args: unknown[]): Promise<unknown> =>
    bus.call({ destination: NAME, path, interface: name, member, signature, args });
  const mock = `org.freedesktop.DBus.Mock`;
  const device = `${ROOT}/NetworkManager/Devices/radio`;
  await call(ROOT, mock, "AddWiFiDevice", "ssi", "radio", "wlan0", 30);
  const ssid = { Ssid: new Variant("ay", Buffer.from("caf\u00e9-5G")), Strength: new Variant("y", 80) };
  await call(ROOT, mock, "AddObject", "ssa{sv}a(ssss)", point, `${NAME}.AccessPoint`, ssid, []);
  const active = (path: string): Record<string, Variant> => ({ ActiveAccessPoint: new Variant("o", path) });
  await call(device, mock, "AddProperties", "sa{sv}", `${NAME}.Device.Wireless`, active("/"));
  const flags = { InterfaceFlags: new Variant("u", 0x10003) };
  await call(device, mock, "AddProperties", "sa{sv}", `${NAME}.Device`, flags);

  const start = (...how: ConstructorParameters<typeof Program>): Program => new Program(...how);
  await using reader = await NetworkReader.start(start, folder.file("hub"), env);
  await reader.sees(status("wlan0", { wireless: true }));
  for (const path of [point, "/"]) {
    const value = new Variant("o", path);
    const set = "org.freedesktop.DBus.Properties";
    await call(device, set, "Set", "ssv", `${NAME}.Device.Wireless`, "ActiveAccessPoint", value);
    await reader.sees(status("wlan0", { wireless: true, ssid: path === point ? "caf\u00e9-5G" : null }));
  }
  assert.deepEqual(await reader.stop(), { code: 0, signal: null });
});
