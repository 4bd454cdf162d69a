/** T24: ids cannot be guessed, and nothing that is refused tells how near the guess was: not by its error, not by its time. */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";
import { leakages, LIMIT } from "@doorbell-js/test-support/timing";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { AskedBroker, bigWords } from "../support/asked-broker.ts";

const refused = { type: "failed", request: 0, code: "ServerNotFound", detail: "" };

/** Guesses that are nearly right, by what is right of them. */
function near(sid: SidWords): Map<string, SidWords> {
  const guesses = new Map<string, SidWords>();
  for (let bit = 0; bit < 128; bit += 1) {
    const flipped = sid.map((word, at) => (at === bit >>> 5 ? (word ^ (1 << (bit & 31))) >>> 0 : word));
    guesses.set(`all but bit ${bit}`, flipped as unknown as SidWords);
  }
  for (let words = 1; words < 4; words += 1) {
    const [head, tail] = [sid.slice(0, words), sid.slice(4 - words)];
    const other = bigWords().slice(words);
    guesses.set(`the first ${words} words`, [...head, ...other] as unknown as SidWords);
    guesses.set(`the last ${words} words`, [...other, ...tail] as unknown as SidWords);
  }
  const [a, b, c, d] = sid;
  guesses.set("all words, in another order", [d, c, b, a]);
  guesses.set("all words, the other end first", [swap(a), swap(b), swap(c), swap(d)]);
  return guesses;
}

function swap(word: number): number {
  return Buffer.from(Uint32Array.of(word).buffer).readUInt32BE();
}

test("T24 a million guesses asked of the kernel's core are refused, all with the same words", (t) => {
  const core = new AskedBroker();
  const secrets: SidWords[] = [];
  for (let server = 1; server <= 1_000; server += 1) {
    const sid = Sid.random().words();
    secrets.push(sid);
    core.create(server, sid);
  }
  const before = core.broker;
  before.receive(core.guesser, { type: "inspect", request: 7 });
  const report7 = structuredClone(core.last);
  const words = new Uint32Array(4_000);
  let guesses = 0;
  while (guesses < 1_000_000) {
    randomFillSync(words);
    for (let at = 0; at < words.length; at += 4, guesses += 1) {
      const told = core.guess([words[at], words[at + 1], words[at + 2], words[at + 3]] as unknown as SidWords);
      if (told?.type !== "failed" || told.code !== refused.code)
        assert.deepEqual(told, refused, "a guess came through");
    }
  }
  let nearly = 0;
  for (const sid of secrets.slice(0, 50)) {
    for (const [what, guess] of near(sid)) {
      assert.deepEqual(core.guess(guess), refused, `a guess came through, or was told apart: ${what} right`);
      nearly += 1;
    }
  }
  // What was there, and is no more: destroyed, and revoked.
  core.broker.receive(core.owner, {
    type: "narrow",
    request: 0,
    server: 1,
    sid: bigWords(),
    opcodes: [1],
    narrowed: 9,
  });
  const narrowed = bigWords();
  core.broker.receive(core.owner, { type: "narrow", request: 0, server: 1, sid: narrowed, opcodes: [1], narrowed: 9 });
  core.broker.receive(core.owner, { type: "revoke", sid: narrowed });
  assert.deepEqual(core.guess(narrowed), refused, "a revoked id is told from one that never was");
  core.destroy(2);
  assert.deepEqual(core.guess(secrets[1] as SidWords), refused, "a destroyed server is told from one that never was");
  // Who guesses cannot end what it guesses at, either.
  for (const sid of secrets.slice(2, 50)) core.broker.receive(core.guesser, { type: "revoke", sid });
  core.broker.receive(core.guesser, { type: "inspect", request: 7 });
  const after = core.last;
  assert(report7?.type === "done" && after?.type === "done");
  const count = (told: typeof after): unknown => (told.result as { threads: unknown }).threads;
  assert.deepEqual((count(after) as { servers: number }[])[0], { ...(count(report7) as object[])[0], servers: 999 });
  report(t, `T24 guessing, core: ${guesses} random ids, accepted ${zero(guesses)}; ${nearly} near ones, accepted 0`);
});

test("T24 over real threads a guess is refused alike, whatever it is near to", { timeout: 60_000 }, async (t) => {
  await using kernel = await Kernel.start();
  using server = await kernel.createServer();
  const gone = await kernel.createServer();
  gone.destroy();
  const revoked = await server.narrow({ opcodes: [1] });
  revoked.revoke();
  const near128 = [...near(server.sid.words())].map(([what, words]) => [what, Sid.from(words)] as const);
  const kinds = new Map<string, Sid>([
    ["never", Sid.random()],
    ["destroyed", gone.sid],
    ["revoked", revoked.sid],
    ...near128,
  ]);
  const before = await kernel.inspect();

  for (const [what, sid] of kinds) assert.equal(await kernel.tryConnect(sid), "ServerNotFound", what);
  /** All that can be seen of an error; its stack is the caller's own. */
  const shape = (error: unknown): string => {
    assert(error instanceof KernelError);
    return JSON.stringify({
      ...error,
      message: error.message,
      cause: error.cause,
      keys: Reflect.ownKeys(error).map(String),
    });
  };
  const told = new Map<string, string[]>();
  await Promise.all(
    [...kinds].map(async ([what, sid]) => {
      const failure = await kernel.connect(sid, { timeoutMs: 20 }).catch(shape);
      assert(typeof failure === "string", `a guess came through: ${what}`);
      told.set(failure, [...(told.get(failure) ?? []), what]);
    }),
  );
  assert.deepEqual([...told.keys()].length, 1, `errors tell guesses apart: ${JSON.stringify([...told])}`);
  for (const what of ["never", "destroyed", "revoked", "all but bit 0", "the first 3 words"]) {
    assert.throws(() => kernel.connectSync(kinds.get(what) as Sid, { timeoutMs: 1 }), { code: "Timeout" }, what);
  }

  let asked = 0;
  for (; asked < 5_000; asked += 250) {
    const answers = await Promise.all(Array.from({ length: 250 }, () => kernel.tryConnect(Sid.random())));
    assert(
      answers.every((answer) => answer === "ServerNotFound"),
      "a guess came through",
    );
  }
  assert.deepEqual(await kernel.inspect(), before, "guesses leave nothing behind");
  report(
    t,
    `T24 guessing, threads: ${asked} random ids, accepted ${zero(asked)}; ${kinds.size} kinds of guess, 1 error`,
  );
});

test("T24 the time of a refusal does not tell how much of a guess was right", { timeout: 120_000 }, async (t) => {
  const samples = 50_000;
  const figures: string[] = [];
  for (const words of [1, 3]) {
    const seen = await leakages(new URL("./t24-timed-guess.js", import.meta.url), ["again", String(words)], samples);
    figures.push(`first ${words} right t = ${seen.map((one) => one.toFixed(1)).join(", ")}`);
    assert(
      Math.abs(seen.at(-1) as number) < LIMIT,
      `the time tells how much of a guess is right: ${figures.join("; ")}`,
    );
  }
  report(t, `T24 timing: ${figures.join("; ")} (limit ${LIMIT}, ${samples} samples a class)`);
});
