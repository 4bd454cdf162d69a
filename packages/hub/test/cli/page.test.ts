import assert from "node:assert/strict";
import { test } from "node:test";

import { assertFailed } from "../support/assert.ts";
import { InboxHub } from "../support/inbox-hub.ts";

test("page prints a link that logs in once, with the code where no server sees it", async () => {
  await using hub = await InboxHub.start();
  const { code, stdout, stderr } = await hub.run("page");
  assert.equal(code, 0);
  assert.equal(stderr, "For one use within 10 minutes. Whoever opens it first is logged in.\n");
  const [, origin, secret] = /^(http:\/\/127\.0\.0\.1:\d+)\/login#([\w-]+)\n$/.exec(stdout) ?? [];
  const login = (): Promise<Response> =>
    fetch(`${origin}/v1/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: secret }),
    });
  const first = await login();
  assert.equal(first.status, 204);
  assert.match(first.headers.get("set-cookie") ?? "", /^doorbell_session=session_/);
  assert.equal((await login()).status, 401);
  const [, manage = ""] = /^manage +(\S+)$/m.exec(await hub.prints("inbox", "keys")) ?? [];
  assertFailed(await hub.run("page", "--key", manage), 1, /the hub answered: /);
});
