import assert from "node:assert/strict";
import { test } from "node:test";

import { runServer, startHub } from "./support/program.ts";

test("inbox: what a bell was rung with", async () => {
  await using hub = await startHub(0);
  const [, key = ""] = /^read +(\S+)$/m.exec(await hub.run("inbox", "keys")) ?? [];
  const { address } = JSON.parse(await hub.run("bell", "new", "backup", "--json")) as { readonly address: string };
  process.env["DOORBELL_KEY"] = key;
  await using program = runServer("inbox", hub.port);
  for (const text of ["hello", "again"])
    assert.equal((await fetch(address, { method: "POST", body: text })).status, 200);
  assert.deepEqual(await program.prints(2), ["backup: hello", "backup: again"]);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});
