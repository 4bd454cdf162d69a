import assert from "node:assert/strict";
import { test } from "node:test";

import { assertFailed } from "../support/assert.ts";
import { startAtTerminal } from "../support/doorbell.ts";
import { InboxHub } from "../support/inbox-hub.ts";
import { scriptMissing } from "../support/needs.ts";

/** Logs in as the page does that the link leads to. */
async function login(link: string): Promise<Response> {
  const [, origin, code] = /^(http:\/\/127\.0\.0\.1:\d+)\/login#([\w-]+)$/.exec(link) ?? [];
  return await fetch(`${origin}/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
}

test("page prints a link that logs in once, with the code where no server sees it", async () => {
  await using hub = await InboxHub.start();
  const { code, stdout, stderr } = await hub.run("page");
  assert.equal(code, 0);
  assert.equal(stderr, "For one use within 10 minutes. Whoever opens it first is logged in.\n");
  const [, link = ""] = /^(\S+)\n$/.exec(stdout) ?? [];
  const first = await login(link);
  assert.equal(first.status, 204);
  assert.match(first.headers.get("set-cookie") ?? "", /^doorbell_session=session_/);
  assert.equal((await login(link)).status, 401);
  const [, manage = ""] = /^manage +(\S+)$/m.exec(await hub.prints("inbox", "keys")) ?? [];
  assertFailed(await hub.run("page", "--key", manage), 1, /the hub answered: /);
});

test("so does the greeting at a terminal, where no log keeps it", { skip: scriptMissing }, async () => {
  await using hub = startAtTerminal("serve --port 0 --no-network", { env: { NO_COLOR: "1" } });
  await hub.until("its greeting", () => hub.stdout.includes("stop  "));
  const [, link = "", more] = /^ {2}see it {7}(\S+) {3}(.+?)\r?$/m.exec(hub.stdout) ?? [];
  assert.match(
    more ?? "",
    /^logs you in, once and within 10 minutes; npx doorbell page --http-port \d+ prints another$/,
  );
  assert.equal((await login(link)).status, 204);
  assert.equal((await login(link)).status, 401);
  hub.send("\u0003");
  assert.equal((await hub.ended).code, 0);
});
