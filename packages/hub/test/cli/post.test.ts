import assert from "node:assert/strict";
import { test } from "node:test";

import { assertDone, assertFailed } from "../support/assert.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";

test("an ad is put on the board, and whoever listens is told", async () => {
  await using hub = await startHubProcess();
  await using client = await connectLine(hub);
  assert.equal(await client.ask("notif classified"), "OK");
  assertDone(await doorbell(["post", ...hub.at, "Nice appart in the 11e."]), "");
  assert.equal(await client.next(), "notif: classified");
  assert.equal(await client.ask("classified?"), "Nice appart in the 11e.");
});

test("words are joined, and what begins with - can follow --", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  assertDone(await doorbell(["post", ...hub.at, "A", "cool", "duplex"]), "");
  assertDone(await doorbell(["post", ...hub.at, "--", "--bold", "claims"]), "");
  assert.equal(await client.ask("classified?"), "A cool duplex");
  assert.equal(await client.ask("classified?"), "--bold claims");
});

for (const { why, text, message } of [
  { why: "empty", text: "", message: /1 to 1024 bytes, this one is 0/ },
  { why: "a byte too long", text: "x".repeat(1_025), message: /1 to 1024 bytes, this one is 1025/ },
  { why: "too long in bytes, not in characters", text: "é".repeat(513), message: /this one is 1026/ },
  { why: "two lines", text: "one\ntwo", message: /no control characters/ },
  { why: "a tab", text: "one\ttwo", message: /no control characters/ },
  { why: "an escape sequence", text: "\u001b[2J", message: /no control characters/ },
  { why: "a C1 character", text: "\u009b2J", message: /no control characters/ },
  { why: "OK", text: "OK", message: /not "OK"/ },
  { why: "a notification", text: "notif: random", message: /does not begin with "notif:"/ },
  { why: "an error", text: "error: none", message: /does not begin with .*"error:"/ },
])
  test(`an ad that is ${why} is refused before any hub is asked`, async () => {
    assertFailed(await doorbell(["post", "--port", "1", text]), 2, message);
  });

test("an ad of 1,024 bytes is taken", async () => {
  await using hub = await startLocalHub();
  assertDone(await doorbell(["post", ...hub.at, "é".repeat(512)]), "");
  assertDone(await doorbell(["classified", ...hub.at]), `${"é".repeat(512)}\n`);
});
