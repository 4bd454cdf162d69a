/** The network manager, as the programs that follow it have it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel, type Message, type ServerHandle } from "@doorbell-js/doorbell/kernel";
import { readRing } from "@doorbell-js/doorbell/push";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until } from "@doorbell-js/test-support/until";

import { NetManager } from "../../src/network/net-manager.ts";
import { fromIpc, serveNetManager, toIpc, wifi } from "../../src/network/serve.ts";
import { MockBackend, status } from "../support/mock-backend.ts";
import { SourceWorld } from "../support/source-world.ts";

const timeout = 60_000;

async function next(main: ServerHandle): Promise<Message> {
  return await main.receive({ timeoutMs: 20_000 });
}

test(
  "each new state comes to main, under the opcode that it chose; one that is not new does not",
  { timeout },
  async () => {
    await using world = await SourceWorld.start();
    await using manager = await NetManager.connect(world.kernel);
    const main = await world.kernel.createServer();
    await world.changeNetwork(status("v0", { linkState: "off" }));
    const wifi = await manager.wifiStateSubscribe(main, 7);
    assert.deepEqual(wifi.state, toIpc([status("v0", { linkState: "off" })]));
    const states = [
      [status("v0")],
      [status("v0")],
      [status("v0"), status("w0", { ssid: "attic", wireless: true })],
      [],
    ];
    for (const state of states) await world.changeNetwork(...state);
    for (const [index, state] of [states[0], states[2], states[3]].entries()) {
      const message = await next(main);
      assert.equal(message.id, 7);
      const ring = wifi.take(message);
      assert.deepEqual([ring?.sequence, ring?.gap], [index + 2, 0]);
      assert.deepEqual(fromIpc(ring?.value ?? { interfaces: [], omitted: -1 }), state);
    }
    assert.equal(main.tryReceive(), undefined);
    main.destroy({ force: true });
  },
);

test("its calls: one subscription for a handle; unsubscribing without one does nothing", { timeout }, async () => {
  await using world = await SourceWorld.start();
  await using manager = await NetManager.connect(world.kernel);
  const main = await world.kernel.createServer();
  await manager.wifiStateUnsubscribe();
  const wifi = await manager.wifiStateSubscribe(main, 1);
  await assert.rejects(manager.wifiStateSubscribe(main, 2), { code: "ServerExists" });
  await manager.wifiStateUnsubscribe();
  assert.equal(await wifi.ended, "unsubscribed");
  await world.changeNetwork(status("v0"));
  assert.equal(main.tryReceive(), undefined);
  const again = await manager.wifiStateSubscribe(main, 2);
  assert.equal(again.state.interfaces.length, 1);
  main.destroy({ force: true });
});

test("over a connection the states come to whom it leads to", { timeout }, async () => {
  await using world = await SourceWorld.start();
  await using manager = await NetManager.connect(world.kernel);
  const main = await world.kernel.createServer();
  using connection = await world.kernel.connect(main.sid);
  const subscription = await manager.wifiStateSubscribe(connection, 7);
  await assert.rejects(manager.wifiStateSubscribe(connection, 7), { code: "ServerExists" });
  await world.changeNetwork(status("v0"));
  const message = await next(main);
  assert.equal(message.id, 7);
  const ring = readRing(wifi, message);
  assert.deepEqual([ring?.value, ring?.sequence, ring?.gap], [toIpc([status("v0")]), 1, 0]);
  await manager.wifiStateUnsubscribe();
  assert.equal(await subscription.ended, "unsubscribed");
  await world.changeNetwork(status("v1"));
  await connection.scalar(8);
  assert.equal((await next(main)).id, 8, "a state after the end");
  main.destroy({ force: true });
});

test("what watches the network drives it, from the first state on", { timeout }, async () => {
  const kernel = await Kernel.start();
  const clock = new FakeClock();
  const backend = new MockBackend("rtnetlink", [status("v0")]);
  const serving = await serveNetManager(kernel, { clock, backends: [backend] });
  const manager = await NetManager.connect(kernel);
  const main = await kernel.createServer();
  const wifi = await manager.wifiStateSubscribe(main, 0);
  let { state } = wifi;
  const hearing = (async () => {
    for await (const message of main) state = wifi.take(message)?.value ?? state;
  })();
  await until("the first state", () => state.interfaces[0]?.ifname === "v0");
  backend.change(status("v1"));
  clock.advance(300);
  await until("the next", () => state.interfaces[0]?.ifname === "v1");
  await manager[Symbol.asyncDispose]();
  main.destroy({ force: true });
  await hearing;
  await kernel.leave();
  await serving.ended;
  assert.equal(backend.closed, 1);
  assert.equal(clock.pending, 0);
});

test("a kernel has one network manager", { timeout }, async () => {
  await using world = await SourceWorld.start();
  const before = (await world.kernel.inspect()).servers.length;
  await assert.rejects(serveNetManager(world.kernel, { backends: [] }), { code: "ServerExists" });
  await until("nothing is left", async () => (await world.kernel.inspect()).servers.length === before);
});

test("a state of more interfaces than pass is told with a count of the others", { timeout }, async () => {
  const many = Array.from({ length: 257 }, (_, number) => status(`v${number}`));
  const long = status("x".repeat(257));
  assert.equal(toIpc(many.slice(0, 256)).omitted, 0);
  assert.equal(toIpc(many).interfaces.length, 256);
  assert.equal(toIpc([long, ...many]).omitted, 2);
  assert.equal(toIpc([status("x".repeat(256))]).omitted, 0);
  // The greatest that there can be passes.
  const great = Array.from({ length: 256 }, () =>
    status("x".repeat(256), {
      ssid: "\\x00".repeat(32),
      ipv4: Array.from({ length: 9 }, () => "255.255.255.255/32"),
      ipv6: Array.from({ length: 9 }, () => `${"ffff:".repeat(7)}ffff/128`),
    }),
  );
  await using world = await SourceWorld.start();
  await world.changeNetwork(...great, long);
  const link = await world.link("network");
  const { text } = await link.fetch(0);
  assert.ok(Buffer.byteLength(text) <= 16_384);
  const { interfaces, omitted } = JSON.parse(text) as { interfaces: unknown[]; omitted: number };
  assert.equal(interfaces.length + omitted, 257);
  assert.ok(omitted > 1);
});
