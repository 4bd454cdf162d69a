import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "@doorbell-js/doorbell/line";

import { runServer } from "./support/program.ts";

test("server: a source of one's own announces each second, and gives it", async () => {
  await using program = runServer("server", 0);
  const [greeting = ""] = await program.prints(1);
  const port = /^nc -C 127\.0\.0\.1 (\d+) {4}and type: seconds\? {2}notif$/.exec(greeting)?.[1];
  await using client = await connect({ port: Number(port), reconnect: false });
  const seconds: string[] = [];
  for await (const second of client.items("seconds")) {
    seconds.push(second);
    if (seconds.length === 3) break;
  }
  for (const second of seconds) assert.match(second, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  assert.deepEqual(seconds, [...new Set(seconds)].sort());
  assert.equal(await program.interrupt(), 0);
  assert.equal(program.stderr, "");
});
