/** What keeps a program alive, what ends an iterator, and what happens to those that begin too late. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { within } from "@doorbell-js/test-support/until";

import { connect } from "../../../src/line/client/client.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";

async function serve(): Promise<{ server: LineServer; ads: MemorySource; port: number } & AsyncDisposable> {
  const ads = new MemorySource();
  const server = new LineServer({ sources: { classified: ads, random: new MemorySource({ keep: 1, repeat: true }) } });
  const { port } = await server.listen({ port: 0 });
  return { server, ads, port, [Symbol.asyncDispose]: () => server.close({ graceMs: 100 }) };
}

test("a program that reads items outlives the time between two connections", async () => {
  const sockets: Socket[] = [];
  const accepted = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    // The first connection is lost as soon as it is in the mode; the next one has an ad.
    socket.on("data", (chunk) => {
      const command = chunk.toString().trim();
      if (command === "classified?") socket.write("an ad\r\n");
      else if (sockets.length === 1) socket.end("OK\r\n");
      else socket.write(command === "notif" ? "OK\r\nnotif: classified\r\n" : "OK\r\n");
    });
  }).listen(0, "127.0.0.1");
  await once(accepted, "listening");
  const program = fileURLToPath(new URL("../../support/client-reconnecting.js", import.meta.url));
  const child = spawn(process.execPath, [program, String((accepted.address() as AddressInfo).port)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  try {
    const ended = exited.then(() => "it ended");
    const printed = once(child.stdout, "data").then(([chunk]) => String(chunk).trim());
    assert.equal(await within("an ad, or the end", Promise.race([printed, ended])), "an ad");
  } finally {
    child.kill("SIGKILL");
    await exited;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => accepted.close(resolve));
  }
});

test("return ends an iterator whose next waits, and leaves the mode", async () => {
  await using served = await serve();
  await using client = await connect({ port: served.port });
  const iterators: AsyncGenerator<unknown, void>[] = [client.notifications("random"), client.notifications()];
  for (const iterator of [...iterators, client.items("classified"), client.items("random")]) {
    const next = iterator.next();
    await client.fetch("classified");
    assert.equal(served.server.stats().notifying, 1);
    assert.deepEqual(await within("the end", iterator.return()), { done: true, value: undefined });
    assert.deepEqual(await within("the next that waited", next), { done: true, value: undefined });
    assert.equal(served.server.stats().notifying, 0);
  }
});

test("an iterator that begins when the client is closed ends at once, whatever mode was wanted", async () => {
  const end = { done: true, value: undefined };
  for (const inMode of [false, true]) {
    await using served = await serve();
    const client = await connect({ port: served.port });
    if (inMode) await client.notify();
    const open = client.notifications().next();
    await client.random().catch(() => {});
    await client.close();
    assert.deepEqual(await within("the end of one that waited", open), end);
    assert.deepEqual(await within("its end", client.notifications().next()), end);
    assert.deepEqual(await within("its end", client.items("classified").next()), end);
    await assert.rejects(within("its failure", client.waitNotif()), { code: "ClientClosed" });
  }
});

test("an iterator that begins when a connection is lost for good fails as the connection did", async () => {
  const served = await serve();
  await using client = await connect({ port: served.port, reconnect: false });
  await client.notify();
  const open = client.items("classified").next();
  await client.fetch("classified");
  const failed = assert.rejects(within("the failure of one that waits", open), { code: "Disconnected" });
  await served[Symbol.asyncDispose]();
  await failed;
  await assert.rejects(within("its failure", client.notifications().next()), { code: "Disconnected" });
  await assert.rejects(within("its failure", client.items("classified").next()), { code: "Disconnected" });
});

test("a pause that ends when the client is closed has nothing to enter again", async () => {
  await using served = await serve();
  const client = await connect({ port: served.port });
  await client.notify();
  const paused = await client.pauseNotifications();
  await client.close();
  await paused[Symbol.asyncDispose]();
});
