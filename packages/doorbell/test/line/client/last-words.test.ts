import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";

import { connect } from "../../../src/line/client/client.ts";
import { LineError } from "../../../src/line/errors.ts";

/** Asks a server that answers, says more than it was asked, and closes; gives the error of the next question. */
async function askAfter(words: string): Promise<LineError> {
  const server = createServer((socket) => socket.once("data", () => socket.end(`34\r\n${words}`))).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  try {
    await using client = await connect({ port: (server.address() as AddressInfo).port, reconnect: false });
    assert.equal(await client.random(), 34);
    const error: unknown = await client.random().then(
      () => assert.fail("it was answered"),
      (error: unknown) => error,
    );
    assert.ok(error instanceof LineError);
    return error;
  } finally {
    server.close();
  }
}

test("a server that says an error and closes has said why", async () => {
  const { code, cause } = await askAfter("error: the server is stopping\r\n");
  assert.equal(code, "Disconnected");
  assert.equal((cause as LineError).code, "Refused");
  assert.equal((cause as LineError).message, "the server answered: the server is stopping");
});

test("what was said before something else is not why", async () => {
  const { code, cause } = await askAfter("error: the server is stopping\r\nOK\r\n");
  assert.equal(code, "Disconnected");
  assert.equal(cause, undefined);
});

test("a server that refuses and closes has said why to all who ask after", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.end("error: no room\r\n"))).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  try {
    await using client = await connect({ port: (server.address() as AddressInfo).port, reconnect: false });
    const errors = (await Promise.allSettled([client.random(), client.random()])).map(
      (result) => (result as PromiseRejectedResult).reason as LineError,
    );
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["Refused", "Disconnected"],
    );
    assert.equal((errors[1]?.cause as LineError | undefined)?.message, "the server answered: no room");
  } finally {
    server.close();
  }
});
