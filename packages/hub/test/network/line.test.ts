import assert from "node:assert/strict";
import { test } from "node:test";

import { networkLine, type NetworkState } from "../../src/network/state.ts";
import { status } from "../support/mock-backend.ts";

const parsed = (line: string) => JSON.parse(line) as { readonly interfaces: NetworkState; readonly omitted?: number };
const bytes = (line: string): number => Buffer.byteLength(line);

/** Interfaces with the longest names and as many addresses as are told: nothing is longer. */
const longest = (count: number): NetworkState =>
  Array.from({ length: count }, (_, index) =>
    status(`\\x01`.repeat(15), {
      ssid: "\\xff".repeat(32),
      linkState: "noCarrier",
      ipv4: Array.from({ length: 8 }, (_, at) => `255.255.255.25${at}/32`),
      ipv6: Array.from({ length: 8 }, () => `ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128`),
      wireless: index % 2 === 0,
    }),
  );

test("a state is one line of JSON", () => {
  const state = [
    status("eth0", { linkState: "off" }),
    status("wlan0", { ssid: "café", ipv4: ["192.0.2.1/24"], ipv6: ["fe80::1/64"], wireless: true }),
  ];
  assert.equal(
    networkLine(state),
    '{"interfaces":[{"ifname":"eth0","ssid":null,"linkState":"off","ipv4":[],"ipv6":[],"wireless":false},' +
      '{"ifname":"wlan0","ssid":"café","linkState":"up","ipv4":["192.0.2.1/24"],"ipv6":["fe80::1/64"],"wireless":true}]}',
  );
  assert.equal(networkLine([]), '{"interfaces":[]}');
});

test("of addresses the first 8 of each kind are in it, and not the ninth", () => {
  const ipv4 = Array.from({ length: 9 }, (_, at) => `192.0.2.${at}/24`);
  const ipv6 = Array.from({ length: 9 }, (_, at) => `fe80::${at}/64`);
  const eight = status("a", { ipv4: ipv4.slice(0, 8), ipv6: ipv6.slice(0, 8) });
  assert.deepEqual(parsed(networkLine([eight])).interfaces, [eight]);
  assert.deepEqual(parsed(networkLine([status("a", { ipv4, ipv6 })])).interfaces, [eight]);
});

test("a line of 16,384 bytes is whole; of one byte more, the last interface is left out and counted", () => {
  const fill = (length: number): NetworkState => [...longest(15), status("x".repeat(length))];
  const least = bytes(networkLine(fill(0)));
  const whole = networkLine(fill(16_384 - least));
  assert.equal(bytes(whole), 16_384);
  assert.equal(parsed(whole).interfaces.length, 16);
  assert.equal(parsed(whole).omitted, undefined);
  const cut = networkLine(fill(16_384 - least + 1));
  assert.ok(bytes(cut) < 16_384);
  assert.equal(parsed(cut).interfaces.length, 15);
  assert.equal(parsed(cut).omitted, 1);
});

test("the first 19 interfaces always fit; with any number of others the line is as long as it may be at most", () => {
  assert.equal(parsed(networkLine(longest(19))).omitted, undefined);
  for (const count of [20, 21, 100, 5_000]) {
    const line = networkLine(longest(count));
    assert.ok(bytes(line) <= 16_384, `${bytes(line)} bytes`);
    assert.doesNotMatch(line, /\n/);
    const { interfaces, omitted = 0 } = parsed(line);
    assert.ok(interfaces.length >= 19);
    assert.equal(interfaces.length + omitted, count);
  }
});
