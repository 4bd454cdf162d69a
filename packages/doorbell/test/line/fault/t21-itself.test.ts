/** T21: while the server is away, the system may connect a client that comes back with itself: it is no server. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { noNamespace, runInNamespace } from "../../support/namespace.ts";
import type { ItselfResult } from "./t21-itself-scenario.ts";

test("T21 a socket that the system connected with itself is no connection", { skip: noNamespace }, async (t) => {
  const program = new URL("./t21-itself-scenario.js", import.meta.url);
  const { bare, clients, late } = await runInNamespace<ItselfResult>(program, [], 60_000);
  assert(bare > 0, "no bare socket was connected with itself: the scenario shows nothing");
  for (const came of clients) assert.match(came, /^CannotConnect: no connection to 127\.0\.0\.1:45680: /);
  const itself = clients.filter((came) => came.endsWith("nothing listens there")).length;
  assert(itself > 0, "no client was connected with itself");
  assert.equal(late, "rang");
  report(t, `T21 itself: of ${clients.length} attempts ${bare} bare sockets and ${itself} clients; connected 0`);
});
