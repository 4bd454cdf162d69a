import assert from "node:assert/strict";
import { test } from "node:test";

import { assertDone, assertFailed, unsafe } from "../support/assert.ts";
import { doorbell } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";

test("an empty board says so on standard error, and is no failure", async () => {
  await using hub = await startLocalHub();
  assertDone(
    await doorbell(["classified", ...hub.at]),
    "",
    'The board is empty. Put an ad on it with "doorbell post TEXT".\n',
  );
});

test("the ads are printed, the oldest first, each time; --newest takes the last", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  for (const ad of ["one", "two", "three"]) await client.ask(`post ${ad}`);
  assertDone(await doorbell(["classified", ...hub.at]), "one\ntwo\nthree\n");
  assertDone(await doorbell(["classified", ...hub.at, "--newest", "2"]), "two\nthree\n");
  assertDone(await doorbell(["classified", ...hub.at, "-n", "1"]), "three\n");
  assertDone(await doorbell(["classified", ...hub.at, "-n", "100"]), "one\ntwo\nthree\n");
});

for (const value of ["0", "101", "-1", "1.5", "x", "", "0x1"])
  test(`--newest ${JSON.stringify(value)} is refused`, async () => {
    assertFailed(await doorbell(["classified", "--newest", value]), 2, /Expected a whole number from 1 to 100/);
  });

test("of more than a hundred ads, the newest hundred are printed", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  for (let number = 1; number <= 103; number += 1) await client.ask(`post ad ${number}`);
  const { stdout } = await doorbell(["classified", ...hub.at]);
  assert.deepEqual(stdout.split("\n"), [...Array.from({ length: 100 }, (_, index) => `ad ${index + 4}`), ""]);
});

test("an ad that hides or reorders text is spelled out, and joined emoji are left alone", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  for (const ad of ["\u202egnp.exe", "pay\u200bpal\u2066\ufeff", "👨‍👩‍👧 naïve 日本"])
    assert.equal(await client.ask(`post ${ad}`), "OK");
  const { stdout } = await doorbell(["classified", ...hub.at]);
  assert.equal(stdout, "\\u202egnp.exe\npay\\u200bpal\\u2066\\ufeff\n👨‍👩‍👧 naïve 日本\n");
  assert.doesNotMatch(stdout, unsafe);
});
