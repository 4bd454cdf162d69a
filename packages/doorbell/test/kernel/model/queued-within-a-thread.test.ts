import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "../../../src/kernel/index.ts";

const todo = "the broker does not know the counters of a lane within one thread";

test("what is sent within a thread is reported as queued, as it is between two", { todo }, async () => {
  await using kernel = await Kernel.start();
  using server = await kernel.createServer();
  using connection = await kernel.connect(server.sid);
  assert.equal(connection.tryScalar(1), undefined);
  const [reported] = (await kernel.inspect()).servers;
  assert.equal(reported?.queued, 1);
});
