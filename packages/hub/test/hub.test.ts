import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { newFolder } from "@doorbell-js/test-support/folder";

import { startHub } from "../src/hub.ts";
import { connectLine } from "./support/line-client.ts";

const quiet = { randomPerMinute: 12, log: () => {} };

test("a hub listens at every address it is given, and the board is the same at each", async () => {
  using folder = newFolder();
  const clock = new FakeClock();
  await using hub = await startHub({ ...quiet, clock, listen: [{ port: 0 }, { path: folder.file("socket") }] });
  const [tcp, unix] = hub.addresses;
  assert.ok(tcp !== undefined && "port" in tcp && unix !== undefined && "path" in unix);
  await using here = await connectLine(tcp);
  await using there = await connectLine(unix);
  assert.equal(await there.ask("notif classified"), "OK");
  assert.equal(await here.ask("post hello"), "OK");
  assert.equal(await there.next(), "notif: classified");
  assert.equal(await there.ask("classified?"), "hello");
  assert.equal(await here.ask("random?"), await there.ask("random?"));
});

test("when an address cannot be had nothing is left behind: no listener, no timer", async () => {
  await using first = await startHub({ ...quiet, listen: [{ port: 0 }] });
  const [taken] = first.addresses;
  assert.ok(taken !== undefined && "port" in taken);
  using folder = newFolder();
  const clock = new FakeClock();
  await assert.rejects(startHub({ ...quiet, clock, listen: [{ path: folder.file("socket") }, { port: taken.port }] }), {
    code: "AddressInUse",
  });
  assert.equal(clock.pending, 0);
  await assert.rejects(connectLine({ path: folder.file("socket") }), { code: "ENOENT" });
});

test("disposing tells the clients, and lets go of everything", async () => {
  const clock = new FakeClock();
  const hub = await startHub({ ...quiet, clock, listen: [{ port: 0 }] });
  const [address] = hub.addresses;
  assert.ok(address !== undefined && "port" in address);
  await using client = await connectLine(address);
  assert.equal(await client.ask("ping"), "pong");
  const closing = hub[Symbol.asyncDispose]();
  assert.equal(await client.next(), "error: the server is stopping");
  assert.equal(await client.next(), undefined);
  await closing;
  assert.equal(clock.pending, 0);
  await assert.rejects(connectLine(address), { code: "ECONNREFUSED" });
});
