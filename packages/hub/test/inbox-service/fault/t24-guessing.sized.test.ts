/** T24 of keys and tokens: they cannot be guessed, all guesses are answered alike, and the time tells nothing. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { leakages, LIMIT } from "@doorbell-js/test-support/timing";

import { Rights } from "../../../src/inbox-service/opened.ts";
import { Ringing } from "../../../src/inbox-service/ringing.ts";
import { Key, type KeyKind } from "../../../src/inbox/key.ts";
import { RefusedError } from "../../../src/inbox/rules.ts";
import { InboxWorld } from "../../support/inbox-world.ts";
import { alphabet, validKeys } from "./valid-keys.ts";

const kinds: readonly KeyKind[] = ["read", "manage", "owner", "session", "bell"];

/** What a credential of some kind is answered with, and all that can be seen of it. */
async function answer(world: InboxWorld, kind: KeyKind, credential: string): Promise<string> {
  const { inboxes } = world;
  try {
    if (kind === "read") (await inboxes.open({ credential }))[Symbol.dispose]();
    if (kind === "manage") await inboxes.bells({ credential });
    if (kind === "owner" || kind === "session") await inboxes.inboxes(credential);
    if (kind === "bell") await inboxes.ring(credential, { text: "" });
    return "opened";
  } catch (error) {
    assert.ok(error instanceof RefusedError);
    return JSON.stringify({ ...error, message: error.message, keys: Reflect.ownKeys(error).map(String) });
  }
}

/** Each bit of the random part turned over, one at a time. */
function flipped(text: string): readonly string[] {
  const begin = text.length - 32;
  return Array.from({ length: 192 }, (_, bit) => {
    const at = begin + Math.floor(bit / 6);
    const turned = alphabet.indexOf(text.charAt(at)) ^ (1 << (bit % 6));
    return text.slice(0, at) + alphabet.charAt(turned) + text.slice(at + 1);
  });
}

test(
  "T24 each bit of each key turned over, and ends of it, are refused as one that never was",
  { timeout: 120_000 },
  async (t) => {
    await using world = await InboxWorld.start();
    let guesses = 0;
    for (const [kind, text] of await validKeys(world)) {
      assert.equal(await answer(world, kind, text), "opened", kind);
      const never = await answer(world, kind, Key.make(kind, randomBytes).text());
      const ends = [text.slice(0, -1), `${text}A`, text.slice(0, text.length - 32), "", `${text} `, text.toLowerCase()];
      for (const guess of [...flipped(text), ...ends]) {
        assert.equal(await answer(world, kind, guess), never, `${kind}: a guess is told from another`);
        guesses += 1;
      }
      assert.equal(await answer(world, kind, text), "opened", kind);
    }
    report(t, `T24 inbox keys, bits: ${guesses} guesses of ${kinds.length} kinds, accepted 0, one answer each`);
  },
);

test("T24 random keys, in the long run a million, open nothing", { timeout: 600_000 }, async (t) => {
  await using world = await InboxWorld.start();
  const good = await validKeys(world);
  const rights = new Rights(world.store);
  const powers = { clock: new FakeClock(), now: () => world.now, randomBytes };
  const ringing = new Ringing(world.store.inboxes, powers, () => assert.fail("a guess rang"));
  const ring = { text: "", title: undefined, priority: undefined, tags: [], click: undefined };
  let refused = 0;
  const guess = async (kind: KeyKind, credential: string): Promise<void> => {
    try {
      if (kind === "bell") await ringing.ring({ ...ring, token: credential, idempotencyKey: undefined });
      else rights.onlyInbox(credential);
    } catch (error) {
      const expected = kind === "bell" ? "UnknownBell" : "AccessDenied";
      if (error instanceof RefusedError && error.code === expected) refused += 1;
      else throw error;
    }
  };
  // So that what is counted are guesses that could have been right.
  for (const [kind, text] of good) if (kind !== "bell") assert.doesNotThrow(() => rights.onlyInbox(text), kind);
  const count = sized(50_000, 1_000_000);
  for (let guesses = 0; guesses < count; guesses += 1) {
    const kind = kinds[guesses % kinds.length] ?? "bell";
    await guess(kind, Key.make(kind, randomBytes).text());
  }
  assert.equal(refused, count);
  report(t, `T24 inbox keys: ${count} random keys of ${kinds.length} kinds, accepted 0`);
});

test("T24 the time of a refusal does not tell how much of a key is right", { timeout: 300_000 }, async (t) => {
  const samples = sized(4_000, 20_000);
  const figures: string[] = [];
  for (const kind of kinds.filter((each) => each !== "bell")) {
    const seen = await leakages(new URL("./t24-timed-keys.js", import.meta.url), [kind], samples);
    figures.push(`${kind} t = ${seen.map((one) => one.toFixed(1)).join(", ")}`);
    assert.ok(
      Math.abs(seen.at(-1) ?? Infinity) < LIMIT,
      `the time tells how much of a key is right: ${figures.join("; ")}`,
    );
  }
  report(t, `T24 inbox timing: ${figures.join("; ")} (limit ${LIMIT}, ${samples} samples a class)`);
});
