import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { assertFailed } from "../support/assert.ts";
import { bareEnvironment, bin, doorbell } from "../support/doorbell.ts";
import { Program } from "../support/program.ts";
import { startScriptedHub } from "../support/scripted-hub.ts";

// Side by side: each waits as long as a watch waits for an answer.
describe("a server that is no hub of ours", { concurrency: true }, () => {
  test("one that says nothing: exit code 3", async () => {
    await using silent = await startScriptedHub({});
    assertFailed(await doorbell(["watch", "--port", String(silent.port)]), 3, /does not answer: is it a hub\?/);
  });

  for (const compat of ["strict", "silent"] as const)
    test(`a server that knows no more than the how-to, and is ${compat} about the rest`, async () => {
      const plain = /^(random\?|classified\?|notif|stop_notif)$/;
      let reads = 0;
      await using server = await startScriptedHub({
        answer(line) {
          if (!plain.test(line)) return compat === "strict" ? "error: unknown command\r\n" : "";
          if (line === "random?") return "34\r\n";
          if (line === "classified?") return (reads += 1) === 1 ? "Nice appart in the 11e.\r\n" : "\r\n";
          return "OK\r\n";
        },
      });
      await using watching = new Program(
        process.execPath,
        [bin, "watch", "--port", String(server.port)],
        bareEnvironment(),
      );
      await watching.line(1);
      assert.deepEqual([...watching.lines].sort(), ["classified Nice appart in the 11e.", "random 34"]);
      assert.equal(watching.stderr, "");
    });
});
