import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Api } from "../../src/page/core/api.ts";
import { interfacesOf, LINES_MAX, SourceView } from "../../src/page/core/source-view.ts";
import { MockHttp, settled } from "../support/mock-http.ts";

const line = (number: number): string =>
  `id: ${number}\nevent: line\ndata: ${JSON.stringify({ sequence: number, text: `n${number}` })}\n\n`;

test("lines come with the newest first, and so many are kept", async () => {
  const http = new MockHttp();
  using view = new SourceView(new Api(http.fetch), "random", { clock: new FakeClock(), random: () => 1 }, () => 7);
  await settled();
  for (let number = 1; number <= LINES_MAX; number += 1) http.stream.write(line(number));
  await settled();
  assert.equal(view.lines.value.length, LINES_MAX);
  assert.deepEqual(view.lines.value[0], { key: LINES_MAX, text: `n${LINES_MAX}`, at: 7 });
  http.stream.write("event: line\ndata: nonsense\n\nevent: end\ndata: {}\n\n");
  http.stream.write(line(LINES_MAX + 1));
  await settled();
  assert.equal(view.lines.value.length, LINES_MAX);
  assert.equal(view.lines.value.at(-1)?.text, "n2");
});

test("it goes on after the last line that came", async () => {
  const http = new MockHttp();
  const clock = new FakeClock();
  using view = new SourceView(new Api(http.fetch), "classified", { clock, random: () => 1 }, () => 0);
  await settled();
  http.stream.write(line(41));
  await settled();
  http.stream.end();
  await settled();
  clock.skip();
  await settled();
  assert.deepEqual(
    http.streams.map(({ path }) => path),
    ["/v1/sources/classified/events", "/v1/sources/classified/events?after=41"],
  );
  assert.equal(view.state.value.kind, "live");
});

test("the network's line is told apart, and what is none is left as it is", () => {
  const line =
    '{"interfaces":[{"ifname":"wlan0","ssid":"home","linkState":"up","ipv4":["192.0.2.10/24"],"ipv6":["fe80::1/64"],"wireless":true},' +
    '{"ifname":"eth0","ssid":null,"linkState":"odd","ipv4":[],"ipv6":[],"wireless":null}]}';
  assert.deepEqual(interfacesOf(line), [
    { name: "wlan0", state: "up", ssid: "home", addresses: ["192.0.2.10/24", "fe80::1/64"] },
    { name: "eth0", state: "noCarrier", ssid: null, addresses: [] },
  ]);
  for (const other of ["", "null", "[]", "{}", '{"interfaces":7}']) assert.equal(interfacesOf(other), undefined);
});
