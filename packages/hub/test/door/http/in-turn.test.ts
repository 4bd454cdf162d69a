/** The requests of a connection are answered one after another, and few of them wait. */
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";

import { inTurn } from "../../../src/door/http/in-turn.ts";
import { until } from "../../support/until.ts";

const WAITING_MAX = 4;

/** A server that answers when the test does, and a client of it. */
async function open() {
  const answering: { readonly path: string; readonly response: ServerResponse }[] = [];
  let seen = 0;
  const server = createServer(
    inTurn((request, response) => void answering.push({ path: request.url ?? "", response }), WAITING_MAX),
  );
  server.on("request", () => (seen += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1").setEncoding("utf8");
  let heard = "";
  client.on("data", (text: string) => (heard += text)).on("error", () => {});
  return {
    answering,
    client,
    ask: (path: string) => void client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`),
    seen: () => seen,
    answers: () => [...heard.matchAll(/answer to (\/\d+)/g)].map(([, path]) => path),
    /** Answers what is to be answered now. */
    answer(): void {
      const { path, response } = answering.shift() ?? assert.fail("nothing is to be answered");
      response.end(`answer to ${path}`);
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("one is answered at a time; with four waiting the connection is not read, until one of them has its turn", async () => {
  await using world = await open();
  const all = Array.from({ length: 12 }, (_, n) => `/${n}`);
  // One by one: what is read at once is seen at once, however many.
  for (const [n, path] of all.entries()) {
    world.ask(path);
    if (n <= WAITING_MAX) await until(`request ${n}`, () => world.seen() === n + 1);
  }
  // Another connection is read meanwhile, as this one would be.
  const other = fetch(`http://127.0.0.1:${world.client.remotePort}/other`);
  await until("another's request", () => world.answering.length === 2);
  world.answering.pop()?.response.end();
  assert.equal((await other).status, 200);
  assert.equal(world.seen(), WAITING_MAX + 2, "a connection was read whose requests wait");
  for (const [n, path] of all.entries()) {
    await until(`the turn of ${path}`, () => world.answering.length > 0);
    assert.deepEqual(
      world.answering.map((each) => each.path),
      [path],
      "more than one at a time",
    );
    world.answer();
    await until("its answer", () => world.answers().length === n + 1);
  }
  assert.deepEqual(world.answers(), all);
});

test("what waits when its client leaves is not done", async () => {
  await using world = await open();
  for (const path of ["/1", "/2", "/3"]) world.ask(path);
  await until("three requests", () => world.seen() === 3);
  const [first] = world.answering;
  const closed = new Promise((resolve) => first?.response.once("close", resolve));
  world.client.destroy();
  await closed;
  await new Promise(setImmediate);
  assert.equal(world.answering.length, 1);
});
