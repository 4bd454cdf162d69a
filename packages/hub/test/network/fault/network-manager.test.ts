/** A real NetworkManager, about real interfaces in a network of the test's own. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { status } from "../../support/mock-backend.ts";
import { networkManagerMissing } from "../../support/needs.ts";
import { TestNetworkManager } from "../../support/network-manager.ts";
import { NetworkProgram } from "../../support/network-program.ts";

const skip = networkManagerMissing;

const home =
  "con add type ethernet ifname wl0 con-name home ipv4.method manual ipv4.addresses 192.0.2.10/24 ipv6.method disabled";
const all = ["networkmanager", "rtnetlink", "poll"];
const [off, none] = [{ linkState: "off" }, { linkState: "noCarrier" }] as const;

test("NetworkManager tells links and addresses, and a lost carrier when it is lost", { skip }, async (t) => {
  await using manager = await TestNetworkManager.start();
  const { namespace, env } = manager;
  await using program = await NetworkProgram.in(namespace, { backends: all, env });
  assert.deepEqual(program.events, ["networkmanager opened"]);
  await program.sees(status("ap0"), status("wl0"));
  await manager.command(home);
  namespace.ip("address add 192.0.2.1/24 dev ap0");
  const near = status("wl0", { ipv4: ["192.0.2.10/24"] });
  await program.sees(status("ap0", { ipv4: ["192.0.2.1/24"] }), near);
  const cutAt = performance.now();
  namespace.ip("link set ap0 down");
  await program.until("the loss", () => program.states.at(-1)?.at(-1)?.linkState === "noCarrier");
  t.diagnostic(`a lost carrier is told after ${(performance.now() - cutAt).toFixed()} ms, debounced by 50 ms`);
  await manager.command("con down home").catch(() => {});
  await program.sees(status("ap0", { ...off, ipv4: ["192.0.2.1/24"] }), status("wl0", none));
  namespace.ip("link del ap0");
  await program.sees();
  assert.deepEqual(program.events, ["networkmanager opened"]);
  await program.end();
});

test("NetworkManager is killed and started again, and so is the bus: the state is always told", { skip }, async () => {
  await using manager = await TestNetworkManager.start();
  const { namespace, env } = manager;
  await using program = await NetworkProgram.in(namespace, { backends: all, env });
  await program.sees(status("ap0"), status("wl0"));

  namespace.kill("NetworkManager");
  await program.until("the next best", () => program.events.includes("rtnetlink opened"));
  namespace.ip("address add 192.0.2.1/24 dev ap0");
  await program.sees(status("ap0", { ipv4: ["192.0.2.1/24"] }), status("wl0"));
  await manager.start();
  await program.until("it is back", () => program.events.at(-1) === "networkmanager opened");
  await program.sees(status("ap0", { ipv4: ["192.0.2.1/24"] }), status("wl0"));
  await namespace.ended("ip");

  await manager.bus.kill();
  await program.until("the next best", () => program.events.at(-1) === "rtnetlink opened");
  namespace.ip("address del 192.0.2.1/24 dev ap0");
  await program.sees(status("ap0"), status("wl0"));
  await manager.bus.restart();
  // It does not connect again by itself.
  if (namespace.processes("NetworkManager") > 0) namespace.kill("NetworkManager");
  await manager.start();
  await program.until("it is back", () => program.events.at(-1) === "networkmanager opened");
  namespace.ip("address add 192.0.2.2/24 dev ap0");
  await program.sees(status("ap0", { ipv4: ["192.0.2.2/24"] }), status("wl0"));
  assert.deepEqual(program.events, [
    "networkmanager opened",
    "networkmanager failed",
    "rtnetlink opened",
    "networkmanager opened",
    "networkmanager failed",
    "rtnetlink opened",
    "networkmanager opened",
  ]);
  await program.end();
  await namespace.ended("ip");
});

test("without a bus, or without NetworkManager on it, the next best is used", { skip }, async () => {
  await using manager = await TestNetworkManager.start();
  const { namespace } = manager;
  namespace.kill("NetworkManager");
  // As long as it is about to end, the bus still passes it what it is asked.
  await namespace.ended("NetworkManager");
  for (const [address, cause] of [
    [manager.bus.address, /NetworkManager does not run/],
    ["unix:path=/nonexistent", /no bus answers at unix:path=\/nonexistent: .*ENOENT/],
    ["unix:abstract=/tmp/bus", /abstract socket, which cannot be reached from Node/],
    ["garbage", /"garbage" is no address of a bus/],
    ["", /there is no system bus: DBUS_SYSTEM_BUS_ADDRESS is not set, and there is no/],
  ] as const) {
    await using program = await NetworkProgram.in(namespace, {
      backends: all,
      env: { DBUS_SYSTEM_BUS_ADDRESS: address },
    });
    assert.deepEqual(program.events, ["networkmanager failed", "rtnetlink opened"]);
    assert.match(program.printed[0]?.cause ?? "", cause);
    await program.end();
  }
});

test("nothing of this reaches the machine itself", { skip }, async () => {
  const files = (): unknown =>
    ["/etc/NetworkManager/system-connections", "/run/NetworkManager", "/var/lib/NetworkManager", "/sys/class/net"].map(
      (place) => existsSync(place) && readdirSync(place),
    );
  const before = files();
  {
    await using manager = await TestNetworkManager.start();
    await manager.command(home);
  }
  assert.deepEqual(files(), before);
});
