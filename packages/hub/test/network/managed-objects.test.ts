import assert from "node:assert/strict";
import { test } from "node:test";

import { readObjects } from "../../src/network/nm.ts";
import { status } from "../support/mock-backend.ts";

const NAME = "org.freedesktop.NetworkManager";
const device = (properties: object, more: object = {}): object => ({
  [`${NAME}.Device`]: { Interface: "wl0", DeviceType: 2, InterfaceFlags: 0x10003, ...properties },
  ...more,
});
const config = (family: 4 | 6, ...data: unknown[]): object => ({
  [`${NAME}.IP${family}Config`]: { AddressData: data },
});

test("a device, its addresses, and the network that it is part of", () => {
  const objects = {
    "/D": device({ Ip4Config: "/4", Ip6Config: "/6" }, { [`${NAME}.Device.Wireless`]: { ActiveAccessPoint: "/A" } }),
    "/4": config(4, { address: "192.0.2.7", prefix: 24 }, { address: "192.0.2.8", prefix: 32 }),
    "/6": config(6, { address: "2001:db8::7", prefix: 64 }),
    "/A": { [`${NAME}.AccessPoint`]: { Ssid: Buffer.from("caf\u00e9\n") } },
  };
  assert.deepEqual(readObjects(objects), [
    status("wl0", {
      ssid: "café\\x0a",
      ipv4: ["192.0.2.7/24", "192.0.2.8/32"],
      ipv6: ["2001:db8::7/64"],
      wireless: true,
    }),
  ]);
});

test("the kernel's flags say what the link is like; without them, NetworkManager's own state", () => {
  const state = (properties: object): unknown => readObjects({ "/D": device(properties) })[0]?.linkState;
  assert.equal(state({ InterfaceFlags: 0x10003, State: 30 }), "up");
  assert.equal(state({ InterfaceFlags: 1, State: 100 }), "noCarrier");
  assert.equal(state({ InterfaceFlags: 0, State: 100 }), "off");
  assert.equal(state({ InterfaceFlags: undefined, State: 100 }), "up");
  assert.equal(state({ InterfaceFlags: undefined, State: 30 }), "noCarrier");
});

test("loopback, and devices that could be made, are none", () => {
  const none = {
    "/1": device({ DeviceType: 32 }),
    "/2": device({ Interface: "lo", DeviceType: 14 }),
    "/3": device({ Real: false }),
  };
  assert.deepEqual(readObjects(none), []);
});

test("what makes no sense is not there, and nothing of every object's own is taken for it", () => {
  const odd = {
    "/1": device({ Ip4Config: "constructor", Ip6Config: 7 }),
    "/2": device({ Interface: 7 }),
    "/3": null,
    "/4": device(
      { Interface: "b", Ip4Config: "/5", DeviceType: "x" },
      { [`${NAME}.Device.Wireless`]: { ActiveAccessPoint: "/6" } },
    ),
    "/5": config(4, null, 7, { address: 7, prefix: 24 }, { address: "192.0.2.7" }),
    "/6": { [`${NAME}.AccessPoint`]: { Ssid: "text" } },
  };
  assert.deepEqual(readObjects(odd), [status("wl0", { wireless: true }), status("b", { wireless: null })]);
  for (const none of [undefined, null, 7, []])
    assert.throws(() => readObjects(none), { name: "NetworkError", code: "BadReport" });
});
