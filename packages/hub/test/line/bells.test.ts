/** The door is a subscriber like any other: one bell for each source, whatever the number of its clients. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until } from "@doorbell-js/test-support/until";

import { startHub } from "../../src/hub.ts";
import { connectLine, type LineClient } from "../support/line-client.ts";
import { status, MockBackend } from "../support/mock-backend.ts";

const CLIENTS = 100;

test(
  "a hundred clients, three sources, three bells; each client is told of each item",
  { timeout: 60_000 },
  async () => {
    const clock = new FakeClock();
    const backend = new MockBackend("poll", [status("v0")]);
    await using hub = await startHub({
      listen: [{ port: 0 }],
      randomPerMinute: 0,
      log: () => {},
      clock,
      backends: [backend],
    });
    const [address] = hub.addresses;
    assert.ok(address !== undefined && "port" in address);
    // The network may come when the door already listens, and with it the last bell. A bell is direct: its source is
    // connected to main.
    await until("the third bell", async () => {
      const { servers } = await hub.inspect();
      return (
        servers.filter(({ narrowed, thread, connections }) => narrowed && thread === 1 && connections.length === 1)
          .length === 3
      );
    });
    const without = await hub.inspect();
    // Main lets an opcode through for each bell.
    assert.equal(without.servers.filter(({ narrowed, thread }) => narrowed && thread === 1).length, 3);
    const clients: LineClient[] = [];
    try {
      for (let count = 0; count < CLIENTS; count += 1) clients.push(await connectLine(address));
      for (const client of clients) assert.equal(await client.ask("notif classified"), "OK");
      const [poster, ...others] = clients as [LineClient, ...LineClient[]];
      // The one who posts is told before or after its OK, the others once.
      const told = [await poster.ask("post hello"), await poster.next()];
      assert.deepEqual(told.sort(), ["OK", "notif: classified"]);
      for (const client of others) assert.equal(await client.next(), "notif: classified");
      for (const client of clients) assert.equal(await client.ask("classified?"), "hello");
      const { servers, threads } = await hub.inspect();
      assert.deepEqual(
        servers.map(({ thread, narrowed, connections }) => [thread, narrowed, connections.length]),
        without.servers.map(({ thread, narrowed, connections }) => [thread, narrowed, connections.length]),
      );
      assert.deepEqual(threads, without.threads);
    } finally {
      for (const client of clients) await client[Symbol.asyncDispose]();
    }
  },
);
