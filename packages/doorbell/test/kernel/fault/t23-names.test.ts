/** T23: whatever the name server says, to whomever, no id is in it in any form. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { report } from "@doorbell-js/test-support/results";
import { within } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { bigWords } from "../support/asked-broker.ts";
import { Evidence } from "../support/evidence.ts";
import { tap } from "../support/tap.ts";

test("T23 a thread that is given servers by name is never told an id", { timeout: 60_000 }, async (t) => {
  const evidence = new Evidence();
  await using kernel = await Kernel.start();
  const known = (name: string): Sid => evidence.know(name, Sid.from(bigWords()));
  using open = await kernel.names.register("open", { sid: known("the open server") });
  using limited = await kernel.names.register("limited", { sid: known("the limited server"), maxConnections: 1 });
  const left = await kernel.names.register("left");
  evidence.know("the unregistered server", left.sid);
  await kernel.names.unregister("left", left.sid);
  using held = await kernel.names.connect("limited");

  const told: unknown[] = [];
  const port = tap(await kernel.invite(), (message) => void told.push(message));
  const worker = new Worker(new URL("./t23-names-party.js", import.meta.url), {
    workerData: { port },
    transferList: [port],
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => evidence.seeText("the client's console", text));
  const exited = once(worker, "exit");
  const [texts] = (await within("what it has", once(worker, "message"), 30_000)) as [string[]];
  evidence.seeText("what the client has", ...texts);
  assert.deepEqual(await exited, [0]);
  // With all the memory that was shared with it, as it was left.
  for (const message of told) evidence.see("what the kernel tells the client", message);

  const wrong = await kernel.names.unregister("open", limited.sid).catch((error: unknown) => error);
  const taken = await kernel.names.register("open", { sid: known("nobody's") }).catch((error: unknown) => error);
  const things = { names: kernel.names, open, limited, held, wrong, taken, report: await kernel.inspect() };
  for (const [name, value] of Object.entries(things)) evidence.see(name, value);
  const hits = evidence.hits();
  assert.equal(hits.length, 0, `an id was found: ${hits.slice(0, 12).join("; ")}`);
  const { texts: count, characters, forms, secrets } = evidence.size;
  assert(count > 200, `there is something to search: ${count} texts`);
  report(t, `T23 names: 0 hits in ${count} texts of ${characters} characters, ${secrets} ids in ${forms} forms`);
});
