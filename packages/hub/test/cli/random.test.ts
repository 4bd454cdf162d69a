import { test } from "node:test";

import { assertDone, assertFailed } from "../support/assert.ts";
import { closedPort } from "../support/closed-port.ts";
import { doorbell } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";

test("the newest number is printed", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  assertDone(await doorbell(["random", ...hub.at]), `${await client.ask("random?")}\n`);
});

test("no hub: one line that says what to do, exit code 3", async () => {
  const port = await closedPort();
  assertFailed(
    await doorbell(["random", "--port", String(port)]),
    3,
    new RegExp(`no hub answers at 127\\.0\\.0\\.1:${port}: start one with "doorbell serve"`),
  );
});
