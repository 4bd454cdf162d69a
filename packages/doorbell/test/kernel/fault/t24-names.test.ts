/** T24: who guesses names learns which there are, as anybody may, and nothing else; an id that a name leads to cannot be guessed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { AskedBroker, bigWord, bigWords } from "../support/asked-broker.ts";

/** All that can be seen of an error; its stack is the caller's own. */
function shape(error: unknown): string {
  assert(error instanceof KernelError);
  const keys = Reflect.ownKeys(error).map(String);
  return JSON.stringify({ ...error, message: error.message, cause: error.cause, keys });
}

test("T24 a guess at the id of a name is refused, whatever of it is right, and as if there were no such name", (t) => {
  const core = new AskedBroker();
  const { naming } = core.broker;
  const secret = bigWords();
  core.create(1, secret);
  assert.equal(naming.register(core.owner, 1, "public", 1), undefined);
  const [a, b, c, d] = secret;
  const near: SidWords[] = [
    [a, b, c, bigWord()],
    [bigWord(), b, c, d],
    [d, c, b, a],
    ...Array.from({ length: 128 }, (_, bit) => {
      const words = [...secret];
      words[bit >>> 5] = ((words[bit >>> 5] as number) ^ (1 << (bit & 31))) >>> 0;
      return words as unknown as SidWords;
    }),
  ];
  let guesses = 0;
  for (const guess of near) assert.equal(naming.unregister("public", guess), "NotFound", "a guess came through");
  for (; guesses < 100_000; guesses += 1)
    assert.equal(naming.unregister("public", bigWords()), "NotFound", "a guess came through");
  assert.equal(naming.unregister("private", secret), "NotFound");
  // A narrowed id is not the server's own.
  const narrowed = bigWords();
  core.broker.receive(core.owner, { type: "narrow", request: 0, server: 1, sid: narrowed, opcodes: [1], narrowed: 9 });
  assert.equal(naming.unregister("public", narrowed), "NotFound", "a guess came through");
  assert.equal(naming.size, 1);
  assert.equal(naming.unregister("public", secret), undefined);
  report(t, `T24 names, core: ${guesses} random ids, accepted ${zero(guesses)}; ${near.length} near ones, accepted 0`);
});

test("T24 errors tell a name that is taken from one that is not, and nothing more", { timeout: 60_000 }, async () => {
  await using kernel = await Kernel.start();
  const { names } = kernel;
  using server = await names.register("treasury", { maxConnections: 1 });
  (await names.register("was")).destroy();
  const left = await names.register("left");
  await names.unregister("left", left.sid);
  // Nearly the name, once a name, never a name.
  const others = ["treasur", "treasury ", "Treasury", "TREASURY", "tréasury", "was", "left", "never", "\u{1f514}"];
  for (const name of others) assert.equal(await names.tryConnect(name), "NotFound", name);
  const told = new Map<string, string[]>();
  const failures: (readonly [string, Promise<unknown>])[] = [
    ...others.map((name) => [`an id for ${name}`, names.unregister(name, server.sid)] as const),
    ["a wrong id for it", names.unregister("treasury", Sid.random())],
    ["another's id for it", names.unregister("treasury", left.sid)],
  ];
  for (const [what, failure] of failures) {
    const seen = await failure.then(() => assert.fail(`a guess came through: ${what}`), shape);
    told.set(seen, [...(told.get(seen) ?? []), what]);
  }
  assert.equal(told.size, 1, `errors tell guesses apart: ${JSON.stringify([...told])}`);
  // Who waits for it is told the same, whether it is not there or full.
  using port = await names.connect("treasury");
  assert.equal(port.alive, true);
  const late = new Set<string>();
  for (const name of others) {
    const seen = await names.connect(name, { timeoutMs: 5 }).then(String, shape);
    // What was asked for is repeated to whoever asked.
    late.add(seen.replace(JSON.stringify(JSON.stringify(name)).slice(1, -1), "the name"));
  }
  assert.equal(late.size, 1, `errors tell names apart: ${JSON.stringify([...late])}`);
  // What the name server was asked before this is done.
  await names.trustedInitDone();
  assert.equal((await kernel.inspect()).waiting, 0);
});
