import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { serveByHand } from "./support/by-hand.ts";
import { runExample } from "./support/program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

// Each example against a server that is typed by hand, as with `nc -C -l 6789`. What is typed is what the how-to shows.

test("01-command-response: the session of the how-to", async () => {
  await using server = await serveByHand();
  await using program = runExample("01-command-response", server.port);
  await server.hears("random?");
  server.says("5739578");
  await server.hears("classified?");
  server.says("A cool duplex in the 11e");
  assert.equal(await program.ended, 0);
  assert.deepEqual(program.lines, ["5739578", "A cool duplex in the 11e"]);
  assert.equal(program.stderr, "");
});

test("02-notifs: what the how-to prints, with both notifications in one segment with the OK", async () => {
  await using server = await serveByHand();
  await using program = runExample("02-notifs", server.port);
  await server.hears("random?");
  server.says("34");
  await server.hears("random?");
  server.says("43");
  await server.hears("notif");
  server.says("OK", "notif: random", "notif: random");
  await server.hears("stop_notif");
  server.says("OK");
  assert.equal(await program.ended, 0);
  assert.deepEqual(program.lines, ["34", "43", "OK", "a notif: random", "a second notif: random", "OK"]);
  assert.equal(program.stderr, "");
});

test("03-loop: stops, fetches, and is told again", async () => {
  await using server = await serveByHand();
  await using program = runExample("03-loop", server.port);
  await server.hears("notif");
  server.says("OK", "notif: classified", "notif: random");
  for (const number of [456902234, 89765234756]) {
    await server.hears("stop_notif");
    server.says("OK");
    await server.hears("random?");
    server.says(String(number));
    await server.hears("notif");
    server.says("OK", "notif: random");
  }
  assert.deepEqual(await program.prints(2), ["random 456902234", "random 89765234756"]);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("04-robust: a server that talks before it is asked, twice, nonsense, and as it is told to stop", async () => {
  await using server = await serveByHand();
  await using program = runExample("04-robust", server.port);
  await server.hears("random?");
  server.says("Welcome!", "34");
  await server.hears("classified?");
  server.says("notif:random", "notif:", "A cool duplex in the 11e");
  await server.hears("random?");
  server.says("43");
  await server.hears("frob");
  server.says("error: unknown command", "error: unknown command");
  await server.hears("notif");
  server.says("OK");
  await server.hears("stop_notif");
  server.says("notif: random", "notif: classified", "OK");
  assert.equal(await program.ended, 0);
  assert.deepEqual(program.lines, [
    "[ 34, 'A cool duplex in the 11e', 43 ]",
    "the server answered: unknown command",
    "a notif that crossed: random",
    "a notif that crossed: classified",
    "lines ignored: 4",
  ]);
  assert.equal(program.stderr, "");
});

test("05-async: called for numbers, not for ads", async () => {
  await using server = await serveByHand();
  await using program = runExample("05-async", server.port);
  await server.hears("notif");
  server.says("OK", "notif: classified", "notif: random");
  await server.hears("stop_notif");
  server.says("OK");
  await server.hears("random?");
  server.says("34");
  await server.hears("notif");
  server.says("OK");
  assert.deepEqual(await program.prints(1), ["random 34"]);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("06-higher: enters notification mode by itself; numbers and ads arrive", async () => {
  await using server = await serveByHand();
  await using program = runExample("06-higher", server.port);
  await server.hears("notif");
  server.says("OK", "notif: random", "notif: classified");
  await server.hears("stop_notif");
  server.says("OK");
  await server.hears("random?");
  server.says("34");
  await server.hears("classified?");
  server.says("Nice appart in the 11e.");
  await server.hears("notif");
  server.says("OK");
  assert.deepEqual(await program.prints(2), ["random 34", "classified Nice appart in the 11e."]);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("07-timer: leaves notification mode in time and enters it again, and hears what comes then", async () => {
  await using server = await serveByHand();
  await using program = runExample("07-timer", server.port, 50);
  await server.hears("notif");
  server.says("OK");
  for (let times = 0; times < 2; times++) {
    await server.hears("stop_notif");
    server.says("OK");
    await server.hears("notif");
    if (times === 0) server.says("OK");
  }
  // Both of these cross the client's own switching.
  server.says("OK", "notif: random");
  await server.hears("stop_notif");
  server.says("notif: random", "OK");
  await server.hears("random?");
  server.says("34");
  assert.deepEqual(await program.prints(1), ["34"]);
  assert.equal(await program.interrupt(), "SIGINT");
  assert.equal(program.stderr, "");
});

test("each step names the chapter of the how-to that it comes from", () => {
  const chapters = ["command_response", "notifs", "loop", "robust", "async", "higher", "timer", "desktop"];
  const steps = readdirSync(root).filter((name) => /^\d\d-.*\.ts$/.test(name));
  assert.equal(steps.length, chapters.length);
  for (const [index, name] of steps.toSorted().entries())
    assert.ok(
      readFileSync(join(root, name), "utf8").includes(`Chapter ${index + 1} of the how-to, \`${chapters[index]}\``),
      `${name} does not name its chapter`,
    );
});

test("without a server, an example says so", async () => {
  const { port } = await closed();
  await using program = runExample("01-command-response", port);
  assert.equal(await program.ended, 1);
  assert.match(program.stderr, new RegExp(`no connection to 127\\.0\\.0\\.1:${port}: connect ECONNREFUSED`));
});

async function closed(): Promise<{ readonly port: number }> {
  await using server = await serveByHand();
  return server;
}
