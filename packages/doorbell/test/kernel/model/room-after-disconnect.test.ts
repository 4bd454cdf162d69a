import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "../../../src/kernel/kernel.ts";

test("K10 a new connection has all of its room, whatever an earlier one left unreceived", async () => {
  await using kernel = await Kernel.start();
  using server = await kernel.createServer({ queueMax: 1 });
  const first = await kernel.connect(server.sid);
  assert.equal(first.tryScalar(1), undefined);
  first.disconnect();
  await kernel.inspect();
  using second = await kernel.connect(server.sid);
  assert.equal(second.tryScalar(2), undefined);
});

test("K10 a connection to one server has its room, whatever another server has not answered", async () => {
  await using kernel = await Kernel.start();
  using slow = await kernel.createServer({ queueMax: 1 });
  using other = await kernel.createServer({ queueMax: 1 });
  const first = await kernel.connect(slow.sid);
  const call = first.blockingScalar(1);
  const message = slow.tryReceive();
  first.disconnect();
  await kernel.inspect();
  using second = await kernel.connect(other.sid);
  const refused = second.tryScalar(2);
  if (message?.kind === "blockingScalar") message.answer(1);
  assert.deepEqual(await call, [1]);
  assert.equal(refused, undefined);
});
