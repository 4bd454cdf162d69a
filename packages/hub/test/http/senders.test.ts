/** Bells are rung by curl, as people have it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { HttpHub, type Rung } from "../support/http-hub.ts";
import { curlMissing } from "../support/needs.ts";
import { run } from "../support/program.ts";

describe("senders", () => {
  let hub: HttpHub;
  let bell: string;
  before(async () => {
    hub = await HttpHub.start();
    bell = await hub.newBell();
  });
  after(() => hub[Symbol.asyncDispose]());

  const lines: Readonly<Record<string, readonly [args: readonly string[], expected: Rung]>> = {
    "-d": [["-d", "Backup successful 😀", "BELL"], { text: "Backup successful 😀", priority: 3 }],
    "several -H": [
      [
        "-H",
        "Title: Unauthorized access detected",
        "-H",
        "Priority: urgent",
        "-H",
        "Tags: warning,skull",
        "-d",
        "Act right away.",
        "BELL",
      ],
      { text: "Act right away.", title: "Unauthorized access detected", priority: 5, tags: ["warning", "skull"] },
    ],
    "UTF-8 in a header": [["-H", "Title: Ünï 😀", "-d", "x", "BELL"], { text: "x", title: "Ünï 😀", priority: 3 }],
    "-X PUT": [["-X", "PUT", "-d", "put", "BELL"], { text: "put", priority: 3 }],
    "a GET": [["BELL/trigger?title=hello"], { text: "", title: "hello", priority: 3 }],
    "-u": [["-u", "user:password", "-d", "with a login", "BELL"], { text: "with a login", priority: 3 }],
    "--data-binary": [["--data-binary", "two\nlines\n", "BELL"], { text: "two\nlines", priority: 3 }],
    "HTTP/1.0": [["-0", "-d", "old", "BELL"], { text: "old", priority: 3 }],
    "a chunked body": [
      ["-H", "Transfer-Encoding: chunked", "-d", "in chunks", "BELL"],
      { text: "in chunks", priority: 3 },
    ],
    Expect: [["-H", "Expect: 100-continue", "-d", "expected", "BELL"], { text: "expected", priority: 3 }],
  };
  for (const [what, [args, expected]] of Object.entries(lines))
    test(`curl rings it: ${what}`, { skip: curlMissing }, async () => {
      const given = args.map((arg) => arg.replace("BELL", hub.url + bell));
      const item = await hub.newItem(async () => {
        const { code, stdout, stderr } = await run("curl", ["--silent", "--show-error", "--fail-with-body", ...given]);
        assert.equal(code, 0, stdout + stderr);
      });
      assert.deepEqual(item, expected);
    });
});
