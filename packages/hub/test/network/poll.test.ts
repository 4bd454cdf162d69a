import assert from "node:assert/strict";
import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { poll } from "../../src/network/poll.ts";
import { watchNetwork } from "../../src/network/watcher.ts";
import { settled, status } from "../support/mock-backend.ts";

const v4 = (cidr: string | null, internal = false): NetworkInterfaceInfo => ({
  family: "IPv4",
  address: "192.0.2.1",
  netmask: "255.255.255.0",
  mac: "00:00:00:00:00:00",
  internal,
  cidr,
});
const v6: NetworkInterfaceInfo = { ...v4("fe80::1/64"), family: "IPv6", scopeid: 2 };

test("it looks every so often, and tells what has an address and is not loopback", async () => {
  const clock = new FakeClock();
  let interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = {};
  const backends = [poll({ pollMs: 1_000, interfaces: () => interfaces })];
  const watcher = await watchNetwork({ clock, backends, debounceMs: 100, log: () => {} });
  assert.deepEqual(watcher.state, []);
  interfaces = {
    lo0: [v4("127.0.0.1/8", true)],
    "no such\u0001": [v4(null), v4("192.0.2.1/24"), v6],
    none: [],
    gone: undefined,
  };
  clock.advance(1_099);
  await settled();
  assert.deepEqual(watcher.state, []);
  clock.advance(1);
  await settled();
  const ipv4 = ["192.0.2.1", "192.0.2.1/24"];
  assert.deepEqual(watcher.state, [status("no such\\x01", { ipv4, ipv6: ["fe80::1/64"], wireless: null })]);
  interfaces = {};
  clock.advance(1_000);
  await settled();
  assert.deepEqual(watcher.state, []);
  await watcher[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

test("what this machine's own interfaces are is told in the same words", async () => {
  const clock = new FakeClock();
  await using watcher = await watchNetwork({ clock, backends: [poll()], log: () => {} });
  const names = Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
    all.some(({ internal }) => !internal) ? [name] : [],
  );
  assert.deepEqual(
    watcher.state.map(({ ifname }) => ifname),
    names.toSorted(),
  );
});
