import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { assertDone, assertFailed } from "../support/assert.ts";
import { closedPort } from "../support/closed-port.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";
import { startScriptedHub } from "../support/scripted-hub.ts";

test("a hub that is up: where, how fast, its sources, and the settings in force", async () => {
  await using hub = await startHubProcess({ network: true, http: true });
  const { stdout, stderr, code } = await doorbell(["status", ...hub.at, "--http-port", `${hub.httpPort}`], {
    DOORBELL_DATA: hub.data,
  });
  assert.match(
    stdout,
    new RegExp(
      `^hub {7}127\\.0\\.0\\.1:${hub.port} is up, answers in \\d+(\\.\\d)? ms\nsources {3}random classified network\n` +
        `http {6}http://127\\.0\\.0\\.1:${hub.httpPort} is up\ndata {6}${hub.data}\n` +
        `settings {2}/nonexistent/\\.config/doorbell/config\\.json \\(not there\\)\n {10}port = ${hub.port} \\(option\\)\n` +
        ` {10}httpPort = ${hub.httpPort} \\(option\\)\n {10}data = ${hub.data} \\(environment\\)\n$`,
    ),
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
});

test("--json says the same to programs, and where each setting comes from", async () => {
  using folder = newFolder();
  await using hub = await startHubProcess({ network: true, http: true });
  writeFileSync(folder.file("config.json"), JSON.stringify({ port: 1, ca: "/some.pem" }));
  const outcome = await doorbell(["status", "--json", "--host", "localhost"], {
    DOORBELL_CONFIG: folder.file("config.json"),
    DOORBELL_HTTP_PORT: String(await closedPort()),
    DOORBELL_DATA: folder.path,
    DOORBELL_PORT: String(hub.port),
  });
  assertDone(outcome, /^\{.*\}\n$/);
  const { answerMs, http, ...rest } = JSON.parse(outcome.stdout) as { answerMs: number; http: object };
  const { url, ...isUp } = http as { readonly url: string };
  assert.match(url, /^http:\/\/localhost:\d+$/);
  assert.deepEqual(isUp, { up: false, why: "a hub can be without (--no-http), or have it at another --http-port" });
  assert.equal(typeof answerMs, "number");
  assert.deepEqual(rest, {
    hub: `localhost:${hub.port}`,
    up: true,
    sources: ["random", "classified", "network"],
    data: { folder: folder.path, keys: false },
    settings: {
      file: folder.file("config.json"),
      found: true,
      given: [
        { name: "host", value: "localhost", from: "option" },
        { name: "port", value: hub.port, from: "environment" },
        { name: "ca", value: "/some.pem", from: "file" },
        { name: "httpPort", value: Number(new URL(url).port), from: "environment" },
        { name: "data", value: folder.path, from: "environment" },
      ],
    },
  });
});

test("no hub: exit code 3, and --json says so on standard output too", async () => {
  const port = String(await closedPort());
  assertFailed(
    await doorbell(["status", "--port", port]),
    3,
    new RegExp(`no hub answers at 127\\.0\\.0\\.1:${port}: `),
  );
  const { code, stdout, stderr } = await doorbell(["status", "--port", port, "--json"]);
  assert.equal(code, 3);
  assert.match(stderr, /^doorbell: no hub answers[^\n]+\n$/);
  const { up, why } = JSON.parse(stdout) as { up: boolean; why: string };
  assert.equal(up, false);
  assert.match(why, /no hub answers/);
});

test("what a hostile hub calls its sources reaches no terminal as it is", async () => {
  const name = "r\u009b2J\u202e\u{e0041}";
  await using hub = await startScriptedHub({ answer: (line) => (line === "ping" ? "pong\r\n" : `${name}\r\n`) });
  const args = ["status", "--port", String(hub.port)];
  assert.match((await doorbell(args)).stdout, /^sources {3}r\\x9b2J\\u202e\\u\{e0041\}$/m);
  const { stdout } = await doorbell([...args, "--json"]);
  assert.ok(stdout.includes("r\\u009b2J\\u202e\\udb40\\udc41"));
  assert.deepEqual((JSON.parse(stdout) as { sources: string[] }).sources, [name]);
});
