import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFile } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";

import { newFolder } from "@doorbell-js/test-support/folder";

import { assertFailed } from "../support/assert.ts";
import { bareEnvironment, bin, doorbell, startAtTerminal, startHubProcess } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";
import { connectLine } from "../support/line-client.ts";
import { scriptMissing } from "../support/needs.ts";
import { Program } from "../support/program.ts";
import { startScriptedHub } from "../support/scripted-hub.ts";

const write = promisify(writeFile);

/** Watches the board. */
function watch(port: number, command: string, env: NodeJS.ProcessEnv = {}): Program {
  const args = ["watch", "--port", String(port), "--source", "classified", "--exec", command];
  return new Program(process.execPath, [bin, ...args], bareEnvironment(env));
}

test("the command finds the item in its environment; nothing in an item is a command", async () => {
  using folder = newFolder();
  const ads = [
    "Nice appart in the 11e.",
    "$(touch $FILE)",
    "`touch $FILE`",
    "; touch $FILE #",
    "' \" \\ $HOME *",
    "-n",
    "() { :;}; touch $FILE",
  ];
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  for (const ad of ads) await client.ask(`post ${ad}`);
  await using watching = watch(hub.port, 'printf "%s|%s\\n" "$DOORBELL_SOURCE" "$DOORBELL_ITEM"', {
    FILE: folder.file("touched"),
  });
  await watching.line(ads.length - 1);
  assert.deepEqual(
    watching.lines,
    ads.map((ad) => `classified|${ad}`),
  );
  assert.ok(!existsSync(folder.file("touched")));
  assert.equal(watching.stderr, "");
});

test("one at a time, in order, however fast they come", async () => {
  using folder = newFolder();
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  const command =
    'mkdir "$LOCK" || echo overlap; echo "begin $DOORBELL_ITEM"; echo "end $DOORBELL_ITEM"; rmdir "$LOCK"';
  await using watching = watch(hub.port, command, { LOCK: folder.file("lock") });
  const ads = Array.from({ length: 30 }, (_, index) => `ad ${index}`);
  for (const ad of ads) await client.ask(`post ${ad}`);
  await watching.line(2 * ads.length - 1);
  assert.deepEqual(
    watching.lines,
    ads.flatMap((ad) => [`begin ${ad}`, `end ${ad}`]),
  );
  assert.equal(watching.stderr, "");
});

test("a command that fails is reported, and the watch goes on", async () => {
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  await using watching = watch(
    hub.port,
    'case "$DOORBELL_ITEM" in one) exit 3;; two) kill -9 $$;; *) echo "$DOORBELL_ITEM";; esac',
  );
  for (const ad of ["one", "two", "three"]) await client.ask(`post ${ad}`);
  assert.equal(await watching.line(0), "three");
  assert.equal(
    watching.stderr,
    "doorbell: the command failed for an item of classified: exit code 3\n" +
      "doorbell: the command failed for an item of classified: it was ended by SIGKILL\n",
  );
});

test("an item that no environment can hold is reported, and the next one is handed on", async () => {
  const items = ["one\0two", "three"];
  await using hub = await startScriptedHub({
    answer: (line) => {
      if (line === "sources") return "classified\r\n";
      if (line === "classified?") return `${items.shift() ?? ""}\r\n`;
      return line === "notif" && items.length > 0 ? "OK\r\nnotif: classified\r\n" : "OK\r\n";
    },
  });
  await using watching = watch(hub.port, 'echo "$DOORBELL_ITEM"');
  assert.equal(await watching.line(0), "three");
  assert.equal(
    watching.stderr,
    "doorbell: the command failed for an item of classified: it has a NUL, which no environment can hold\n",
  );
});

test("Ctrl-C while a command runs: it is let end, and no other is begun", { skip: scriptMissing }, async () => {
  using folder = newFolder();
  const fifo = folder.file("fifo");
  execFileSync("mkfifo", [fifo]);
  await using hub = await startLocalHub();
  await using client = await connectLine(hub);
  for (const ad of ["one", "two"]) await client.ask(`post ${ad}`);
  const command = 'echo "begin $DOORBELL_ITEM"; read -r line <"$FIFO"; echo "$line $DOORBELL_ITEM"';
  await using terminal = startAtTerminal(`watch --port ${hub.port} -s classified --exec '${command}'`, {
    env: { FIFO: fifo, NO_COLOR: "1" },
  });
  await terminal.until("its beginning", () => terminal.stdout.includes("begin one"));
  // As a person types it: the terminal sends the signal to all that it runs.
  terminal.send("\u0003");
  await terminal.until("the remark", () => terminal.stdout.includes("Waiting for the command to end"));
  await write(fifo, "end\n");
  assert.equal((await terminal.ended).code, 0);
  assert.match(terminal.stdout, /end one\r\n/);
  assert.ok(!terminal.stdout.includes("two"));
});

for (const { times, code } of [
  { times: 1, code: 0 },
  { times: 2, code: 130 },
])
  test(`a command that does not end is ended: after a moment at the first Ctrl-C, at once at the second (${times})`, async () => {
    using folder = newFolder();
    const fifo = folder.file("fifo");
    execFileSync("mkfifo", [fifo]);
    await using hub = await startHubProcess();
    await using client = await connectLine(hub);
    await client.ask("post one");
    await using watching = watch(
      hub.port,
      `trap 'echo ended; exit 1' TERM; echo begun; read -r line <"$FIFO"; echo lived`,
      { FIFO: fifo },
    );
    assert.equal(await watching.line(0), "begun");
    watching.signal("SIGINT");
    await watching.until("the remark", () => watching.stderr.includes("Waiting for the command to end"));
    if (times === 2) watching.signal("SIGINT");
    // It ends when all have that hold its output: the command too.
    assert.equal((await watching.ended).code, code);
    assert.deepEqual(watching.lines, ["begun", "ended"]);
  });

test("--exec and --json are not for one another", async () => {
  assertFailed(await doorbell(["watch", "--json", "--exec", "true"]), 2, /cannot be used with/);
});
