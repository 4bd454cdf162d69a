import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { assertFailed } from "../support/assert.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";
import { startScriptedHub } from "../support/scripted-hub.ts";

for (const { who, answer, greeting, code, message } of [
  {
    who: "a web server",
    answer: "HTTP/1.1 400 Bad Request\r\n",
    code: 1,
    message: /is no hub: it says "HTTP\/1\.1 400 Bad Request"/,
  },
  {
    who: "one that greets",
    greeting: "SSH-2.0-OpenSSH_9.2\r\n",
    code: 1,
    message: /is no hub: it says "SSH-2\.0-OpenSSH_9\.2"/,
  },
  { who: "one that says an error", answer: "error: try later\r\n", code: 1, message: /the hub answered: try later/ },
  {
    who: "one that has no room",
    greeting: "error: the server has as many connections as it may\r\n",
    code: 1,
    message: /the hub answered: the server has/,
  },
  {
    who: "one that sends control characters",
    answer: "error: \u001b]0;x\u0007\u009b2J\u202e\r\n",
    code: 1,
    message: /\\x1b\]0;x\\x07\\x9b2J\\u202e\n$/,
  },
  {
    who: "one without line ends",
    answer: "x".repeat(20_000),
    code: 1,
    message: /is no hub: a line is at most 16384 bytes/,
  },
  { who: "one that answers a long line", answer: `${"x".repeat(200)}\r\n`, code: 1, message: /it says "x{80}\.\.\."/ },
])
  test(`${who}, in place of a hub: exit code ${code}`, async () => {
    await using hub = await startScriptedHub({
      answer: () => answer ?? "",
      ...(greeting === undefined ? {} : { greeting }),
    });
    const commands = [["random"], ["post", "hello"], ["status"]];
    const outcomes = await Promise.all(commands.map((each) => doorbell([...each, "--port", String(hub.port)])));
    for (const outcome of outcomes) assertFailed(outcome, code, message);
  });

test("one that is not UTF-8", async () => {
  await using hub = await startScriptedHub({
    answer: (_line, socket) => {
      socket.write(Buffer.from([0xff, 0xfe, 0x0d, 0x0a]));
      return "";
    },
  });
  assertFailed(await doorbell(["random", "--port", String(hub.port)]), 1, /is no hub: a line is UTF-8/);
});

test("one that hangs up", async () => {
  await using hub = await startScriptedHub({
    answer: (_line, socket) => {
      socket.end();
      return "";
    },
  });
  assertFailed(await doorbell(["random", "--port", String(hub.port)]), 3, /closed the connection: is it a hub\?/);
});

test("one that says nothing, and one that sends a byte now and then", async () => {
  await using silent = await startScriptedHub({});
  await using slow = await startScriptedHub({
    answer: (_line, socket) => {
      const dripping = setInterval(() => socket.write("."), 500);
      socket.on("close", () => clearInterval(dripping));
      return "";
    },
  });
  const outcomes = await Promise.all([silent, slow].map(({ port }) => doorbell(["random", "--port", String(port)])));
  for (const outcome of outcomes) assertFailed(outcome, 3, /does not answer: is it a hub\?/);
});

test("a goodbye that comes with an answer is not lost to the next question", async () => {
  await using hub = await startScriptedHub({
    answer: (_line, socket) => {
      socket.end("pong\r\nerror: the server is stopping\r\n");
      return "";
    },
  });
  assertFailed(await doorbell(["status", "--port", String(hub.port)]), 1, /the hub answered: the server is stopping/);
});

test("a name that has no address, a socket that is not there, and a file that is no socket", async () => {
  using folder = newFolder();
  writeFileSync(folder.file("file"), "");
  assertFailed(
    await doorbell(["random", "--host", "doorbell.invalid"]),
    3,
    /no address is known for doorbell\.invalid:6789: is --host right\?/,
  );
  assertFailed(await doorbell(["random", "--socket", folder.file("none")]), 3, /no hub answers at .*none: start one/);
  assertFailed(await doorbell(["random", "--socket", folder.file("file")]), 3, /no hub answers at .*file: start one/);
});

test("a hub that stops in the middle of nothing is asked in vain", async () => {
  await using hub = await startHubProcess();
  hub.program.signal("SIGTERM");
  assert.equal((await hub.program.ended).code, 0);
  assertFailed(await doorbell(["random", ...hub.at]), 3, /no hub answers/);
});
