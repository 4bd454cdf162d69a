/** T35: bits that flip and files that are cut short are found when a store is opened, or have changed nothing. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { newFolderInMemory } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";

import { StoreError } from "../../../src/store/errors.ts";
import { openStore } from "../../../src/store/sql-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { hashOf, StoreWorld } from "../../support/store-world.ts";

const FLIPS = 200;
const CUTS = 40;

/** All that can be asked of it. */
async function contents(store: Store): Promise<unknown> {
  const { inboxes, sessions, ads, era, ownerHash } = store;
  const found = await inboxes.inboxes(0, 10);
  const all: unknown[] = [];
  for (const { id } of found)
    all.push(await inboxes.bells(id, 0, 10), await inboxes.page(id, { after: 0, limit: 100 }));
  const hours: unknown[] = [];
  for (let id = 0; id < 5; id += 1) {
    const bell = inboxes.bell(id);
    hours.push(bell && (await inboxes.ringsByHour(bell, 0)));
  }
  const keys = ["me", "other"].flatMap((name) => [
    inboxes.inboxByKey(hashOf(`read ${name}`)),
    inboxes.inboxByKey(hashOf(`manage ${name}`)),
  ]);
  const bells = ["backup", "b", "c"].map((label) => inboxes.bellByHash(hashOf(`bell ${label}`)));
  const board: unknown[] = [];
  for (let ad = await ads.next(0); ad !== undefined; ad = await ads.next(ad.sequence)) board.push(ad);
  return [era, ownerHash, found, all, hours, keys, bells, sessions.isValid(hashOf("s"), 0), ads.newest, board];
}

/** A folder with some of everything, as a clean end leaves it, or as a process does that was killed. */
async function makeFolder(
  folder: string,
  left: "closed" | "killed",
): Promise<{ readonly place: string; readonly expected: unknown }> {
  const data = join(folder, "data");
  const place = join(folder, left);
  await using world = await StoreWorld.start({ place: { folder: data } });
  const bell = await world.newBell("b", { ringsMax: 90 });
  const other = await world.newInbox("other");
  const elsewhere = await world.newBell("c", {}, other.id);
  await world.store.setOwnerHash(hashOf("o"));
  await world.store.sessions.create(hashOf("s"), 1_000);
  for (let number = 1; number <= 30; number += 1) {
    await world.ring({ text: `${number} ${"x".repeat(number * 20)}`, title: "t", tags: ["a"] }, { key: `${number}` });
    await world.ring(`two ${number}`, { bell: number % 3 === 0 ? elsewhere.id : bell.id });
    await world.store.ads.append(`ad ${number}`);
  }
  const expected = await contents(world.store);
  if (left === "closed") await world.store[Symbol.asyncDispose]();
  cpSync(data, place, { recursive: true });
  return { place, expected };
}

/** What becomes of a damaged folder: it opens and has all, or is refused. Anything else fails. */
async function outcome(folder: string, expected: unknown, what: string): Promise<"whole" | "refused"> {
  let store: Store;
  try {
    store = openStore({ folder });
  } catch (error) {
    assert.ok(error instanceof StoreError, `${what}: ${String(error)}`);
    assert.match(error.code, /^Store(Corrupt|TooNew|Failed)$/, what);
    assert.doesNotMatch(error.message, /\n/);
    return "refused";
  }
  try {
    assert.deepEqual(await contents(store), expected, `${what}: it opened, and not all is there`);
    return "whole";
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

for (const left of ["closed", "killed"] as const)
  test(`T35 a folder that was ${left}: bits flip, files are cut short`, { timeout: 300_000 }, async (t) => {
    using folder = newFolderInMemory();
    const random = new Random();
    const { place, expected } = await makeFolder(folder.path, left);
    const copy = folder.file("copy");
    const fresh = (): string => {
      rmSync(copy, { recursive: true, force: true });
      cpSync(place, copy, { recursive: true });
      return copy;
    };
    assert.equal(await outcome(fresh(), expected, "untouched"), "whole");
    const files = readdirSync(place).filter((name) => readFileSync(join(place, name)).length > 0);
    assert.equal(files.includes("doorbell.db-wal"), left === "killed");
    const count = { whole: 0, refused: 0 };
    const damage = async (what: string, act: (path: string, bytes: Buffer) => void, name: string): Promise<void> => {
      const path = join(fresh(), name);
      act(path, readFileSync(path));
      count[await outcome(copy, expected, `${what} of ${name}, seed ${seed}`)] += 1;
    };
    for (let flip = 0; flip < FLIPS; flip += 1) {
      // The log has nearly everything in a folder that was left by a process that was killed.
      const name = left === "closed" || flip % 4 === 0 ? (files[flip % files.length] as string) : "doorbell.db-wal";
      const [where, bit] = [random.below(2 ** 31), random.below(8)];
      await damage(
        `bit ${bit} of byte ${where} flips`,
        (path, bytes) => {
          const at = where % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
          writeFileSync(path, bytes);
        },
        name,
      );
    }
    for (let cut = 0; cut < CUTS; cut += 1) {
      const where = random.below(2 ** 31);
      await damage(
        `cut at ${where}`,
        (path, bytes) => truncateSync(path, where % bytes.length),
        files[cut % files.length] as string,
      );
    }
    for (const name of files) if (name !== "doorbell.mark") await damage("the end", (path) => rmSync(path), name);
    assert.ok(count.refused > 20, `it refused ${count.refused}`);
    report(
      t,
      `T35 damaged, ${left}: flips ${FLIPS} cuts ${CUTS} whole ${count.whole} refused ${count.refused} silent losses 0 seed ${seed}`,
    );
  });
