/** What listens where a bus should, and is none; and a bus that is there and not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { openBus } from "../../src/dbus/bus.ts";
import type { BusError } from "../../src/dbus/connection.ts";
import { startBroker } from "../support/bus-daemon.ts";
import { BusPeer } from "../support/bus-peer.ts";

/** Time stands still in here: an answer that does not come is to be a failure. */
const timeout = 30_000;

const NAME = "org.example.Service";
const to = (destination: string) => ({ destination, path: "/", interface: NAME, member: "Ask" });

/** The beginning of a message of so many bytes: a signal without fields, whose body does not follow. */
function beginning(bytes: number): Buffer {
  const header = Buffer.from([0x6c, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes - header.length, 4);
  return header;
}
const longest = beginning(32 * 1_024 * 1_024);
const tooLong = beginning(32 * 1_024 * 1_024 + 1);

interface Listening extends AsyncDisposable {
  readonly address: string;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
}

/** A server of the test's own at a path, which does as it is told with whoever connects. */
async function listening(welcome: (socket: Socket) => void): Promise<Listening> {
  const folder = newFolder();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    // What is not read would not be seen to end.
    socket.resume();
    welcome(socket);
  });
  server.listen(folder.file("bus"));
  await once(server, "listening");
  return {
    address: `unix:path=${folder.file("bus")}`,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      folder[Symbol.dispose]();
    },
  };
}

test("what is no bus is refused, in words, and nothing is left", { timeout }, async () => {
  const clock = new FakeClock();
  for (const [welcome, message] of [
    [(socket: Socket) => socket.end(), /it closed the connection|EPIPE|ECONNRESET/],
    [(socket: Socket) => socket.write("REJECTED EXTERNAL\r\n"), /No authentication methods left.*REJECTED EXTERNAL/],
    [(socket: Socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), /No authentication methods left.*HTTP/],
    [(socket: Socket) => socket.write("OK 00ff\r\nthese are no messages of a bus"), /Invalid byte order 't'/],
    [
      (socket: Socket) => socket.write(Buffer.concat([Buffer.from("OK 00ff\r\n"), tooLong])),
      /exceeds the maximum size/,
    ],
  ] as const) {
    await using server = await listening(welcome);
    await assert.rejects(openBus({ address: server.address, clock }), { code: "CannotConnect", message });
    await until("the end of its connection", () => server.sockets.size === 0);
    assert.equal(clock.pending, 0);
  }
  await assert.rejects(openBus({ address: "unix:path=/nonexistent/bus", clock }), {
    code: "CannotConnect",
    message: /^no bus answers at unix:path=\/nonexistent\/bus: .*ENOENT/,
  });
});

test("a message may be 32 MiB long, and not a byte longer", { timeout }, async () => {
  const clock = new FakeClock();
  let greeting = "";
  await using server = await listening((socket) => {
    socket.on("data", (bytes) => (greeting += bytes.toString("latin1")));
    socket.write(Buffer.concat([Buffer.from("OK 00ff\r\n"), longest]));
  });
  const late = openBus({ address: server.address, clock });
  await until("its greeting", () => greeting.includes("Hello"));
  // It waits for the rest.
  clock.advance(5_000);
  await assert.rejects(late, { code: "CannotConnect", message: /it did not let us in within 5000 ms/ });
});

test("what never says anything is given up after five seconds, or when that is asked for", { timeout }, async () => {
  const clock = new FakeClock();
  await using server = await listening(() => {});
  const { address } = server;
  const late = openBus({ address, clock });
  await until("its connection", () => server.sockets.size === 1);
  clock.advance(4_999);
  assert.equal(clock.pending, 1);
  clock.advance(1);
  await assert.rejects(late, { code: "CannotConnect", message: /it did not let us in within 5000 ms/ });
  const controller = new AbortController();
  const given = openBus({ address, clock, signal: controller.signal });
  await until("its connection", () => server.sockets.size === 1);
  controller.abort(new Error("enough"));
  await assert.rejects(given, { code: "Aborted", cause: new Error("enough") });
  await assert.rejects(openBus({ address, clock, signal: controller.signal }), { code: "Aborted" });
  await until("the end of its connection", () => server.sockets.size === 0);
  assert.equal(clock.pending, 0);
});

test("of several addresses the first that answers is used", { timeout }, async () => {
  await using broker = await startBroker();
  const address = `unix:path=/nonexistent;${broker.address}`;
  await using bus = await openBus({ address, clock: new FakeClock() });
  assert.ok(bus.isConnected);
});

test("128 calls may wait for their answers, and not one more", { timeout }, async () => {
  await using broker = await startBroker();
  await using peer = await BusPeer.on(broker.address);
  const clock = new FakeClock();
  await using bus = await openBus({ address: broker.address, clock });
  const calls = Array.from({ length: 128 }, () => bus.call(to(peer.name)));
  await assert.rejects(bus.call(to(peer.name)), { code: "Busy", message: /128 calls wait/ });
  await until("the calls", () => peer.calls.length === 128);
  clock.advance(5_000);
  for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[])
    assert.deepEqual([status, (reason as BusError).code], ["rejected", "TimedOut"]);
  peer.answer = () => ({ signature: "", body: [] });
  assert.deepEqual(await bus.call(to(peer.name)), []);
});

test("an answer is taken from who was asked, and nobody else", { timeout }, async () => {
  await using broker = await startBroker();
  await using peer = await BusPeer.on(broker.address);
  await using spoofer = await BusPeer.on(broker.address);
  await using bus = await openBus({ address: broker.address, clock: new FakeClock() });
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => (answer = resolve));
  peer.answer = async () => {
    await asked;
    return { signature: "s", body: ["true"] };
  };
  const called = bus.call(to(peer.name));
  await until("the call", () => peer.calls.length === 1);
  const { sender = "", serial = 0 } = peer.calls[0] ?? {};
  await spoofer.forge(sender, serial, "s", ["forged"]);
  // It has come by the time that this is answered.
  await bus.call({
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member: "GetId",
  });
  answer();
  assert.deepEqual(await called, ["true"], "another's answer is taken");
});

test(
  "a bus that lets us in and throws us out is knocked at less and less; one that held, soon",
  { timeout },
  async () => {
    await using broker = await startBroker();
    const clock = new FakeClock();
    const events: string[] = [];
    await using bus = await openBus({
      address: broker.address,
      clock,
      random: () => 1,
      log: ({ type }) => void events.push(type),
    });
    const waits: number[] = [];
    for (const heldMs of [10_000, 0, 9_999, 10_000]) {
      clock.advance(heldMs);
      await broker.kill();
      await until("the loss", () => !bus.isConnected);
      waits.push((clock.nextAt ?? 0) - clock.now());
      await broker.restart();
      clock.skip();
      await until("the bus", () => bus.isConnected);
    }
    assert.deepEqual(waits, [200, 400, 800, 200]);
    await until("the last word", () => events.length === 8);
    assert.deepEqual(events, ["busLost", "busBack", "busLost", "busBack", "busLost", "busBack", "busLost", "busBack"]);
  },
);

test(
  "while the bus is away it is tried again, further and further apart, up to half a minute",
  { timeout },
  async () => {
    await using broker = await startBroker();
    const clock = new FakeClock();
    await using bus = await openBus({ address: broker.address, clock, random: () => 1 });
    await broker.kill();
    await until("the loss", () => !bus.isConnected);
    const waits: number[] = [];
    while (waits.length < 10) {
      // While it connects, what waits is how long that may take.
      await until("the next attempt", () => clock.pending === 1 && clock.nextAt !== clock.now() + 5_000);
      waits.push((clock.nextAt ?? 0) - clock.now());
      clock.skip();
    }
    assert.deepEqual(waits, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  },
);
