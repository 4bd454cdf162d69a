import assert from "node:assert/strict";
import { test } from "node:test";

import { runServer, startHub } from "./support/program.ts";

test("inbox: who has no key is told where there is one", async () => {
  for (const key of [undefined, ""]) {
    if (key === undefined) delete process.env["DOORBELL_KEY"];
    else process.env["DOORBELL_KEY"] = key;
    await using program = runServer("inbox");
    assert.equal(await program.ended, 2);
    assert.match(program.stderr, /^No key: `doorbell inbox keys` prints/);
  }
});

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
