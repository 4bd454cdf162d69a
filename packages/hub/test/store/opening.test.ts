import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { newFolder } from "@doorbell-js/test-support/folder";

import { Database } from "../../src/store/database.ts";
import { StoreError, type StoreErrorCode } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/sql-store.ts";
import { migrate } from "../../src/store/table.ts";

function refused(code: StoreErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

/** A folder with a store that has an ad. */
async function stored(folder: string): Promise<void> {
  await using store = openStore({ folder });
  await store.ads.append("an ad");
}

test("a store that another process or thread has open is not opened", async () => {
  using folder = newFolder();
  await using _store = openStore({ folder: folder.path });
  const url = new URL("../../src/store/sql-store.js", import.meta.url).href;
  const program = `import(${JSON.stringify(url)}).then(({ openStore }) => openStore({ folder: ${JSON.stringify(folder.path)} })).then(
    () => process.exit(0), (error) => { console.log(error.code); process.exit(3); })`;
  const { stdout, status } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  assert.deepEqual([stdout, status], ["StoreLocked\n", 3]);
  const worker = new Worker(program, { eval: true, stdout: true });
  assert.equal(await new Promise((resolve) => worker.on("exit", resolve)), 3);
});

test("a store whose thread has ended can be opened again", async () => {
  using folder = newFolder();
  const url = new URL("../../src/store/sql-store.js", import.meta.url).href;
  for (let times = 0; times < 3; times += 1) {
    // It is not closed.
    const program = `import(${JSON.stringify(url)}).then(async ({ openStore }) => { const store = openStore({ folder: ${JSON.stringify(folder.path)} });
      await store.ads.append("an ad"); process.exit(7); })`;
    const worker = new Worker(program, { eval: true });
    assert.equal(await new Promise((resolve) => worker.on("exit", resolve)), 7);
  }
  await using store = openStore({ folder: folder.path });
  assert.equal(store.ads.newest, 3);
});

test("what a newer hub wrote is refused, and stays as it is", async () => {
  using folder = newFolder();
  await stored(folder.path);
  const database = new Database(folder.file("doorbell.db"));
  database.exec("PRAGMA user_version = 3");
  database[Symbol.dispose]();
  assert.throws(
    () => openStore({ folder: folder.path }),
    refused(
      "StoreTooNew",
      /doorbell\.db was written by a newer hub \(its version is 3, this hub knows 2\): run that one, or name another folder/,
    ),
  );
  const again = new Database(folder.file("doorbell.db"));
  assert.equal(again.pragma("user_version"), 3);
  again.exec("PRAGMA user_version = 2");
  again[Symbol.dispose]();
  assert.equal(openStoreOnce(folder.path).newest, 1);
});

test("a database of something else, and a file that is none, are left alone", () => {
  using folder = newFolder();
  const path = folder.file("doorbell.db");
  writeFileSync(path, "not a database, but long enough to be looked at".repeat(100), { mode: 0o600 });
  assert.throws(
    () => openStore({ folder: folder.path }),
    refused(
      "StoreCorrupt",
      /doorbell\.db is damaged \(.*\): restore a copy of the folder, or name another with --data$/,
    ),
  );
  rmSync(path);
  const database = new Database(path);
  database.exec("CREATE TABLE notes (text TEXT)");
  database[Symbol.dispose]();
  assert.throws(() => openStore({ folder: folder.path }), refused("StoreCorrupt", /is no store of Doorbell/));
});

test("an old copy of the database, or another's, is not taken for what was acknowledged", async () => {
  using folder = newFolder();
  const [database, mark, copy] = [folder.file("doorbell.db"), folder.file("doorbell.mark"), folder.file("copy")];
  await stored(folder.path);
  copyFileSync(database, copy);
  await stored(folder.path);
  const { era } = openStoreOnce(folder.path);
  copyFileSync(copy, database);
  assert.throws(
    () => openStore({ folder: folder.path }),
    refused("StoreCorrupt", /its last \d changes are missing; to take it as it is, delete .*doorbell\.mark/),
  );
  rmSync(database);
  assert.throws(() => openStore({ folder: folder.path }), refused("StoreCorrupt", /it is another/));
  copyFileSync(copy, database);
  rmSync(mark);
  const restored = openStoreOnce(folder.path);
  assert.equal(restored.newest, 1);
  assert.notEqual(restored.era, era, "numbers are given again, so they are of another count");
  assert.equal(openStoreOnce(folder.path).era, restored.era);
});

function openStoreOnce(folder: string): { readonly era: number; readonly newest: number } {
  const store = openStore({ folder });
  const { era, ads } = store;
  const { newest } = ads;
  void store[Symbol.asyncDispose]();
  return { era, newest };
}

test("a database is brought from any version to the newest, each step once; one that fails changes nothing", () => {
  using folder = newFolder();
  const path = folder.file("doorbell.db");
  const steps = [
    "CREATE TABLE a (x INTEGER)",
    "INSERT INTO a VALUES (1)",
    "CREATE TABLE b (y INTEGER); INSERT INTO b SELECT x + 1 FROM a",
  ];
  for (let version = 1; version <= steps.length; version += 1) {
    using database = new Database(path);
    migrate(database, path, steps.slice(0, version));
    assert.equal(database.pragma("user_version"), version);
  }
  using database = new Database(path);
  assert.deepEqual(database.prepare("SELECT a.x, b.y FROM a, b").all(), [[1, 2]]);
  assert.throws(
    () => migrate(database, path, [...steps, "INSERT INTO a VALUES (9); INSERT INTO missing VALUES (1)"]),
    /no such table/,
  );
  database.exec("ROLLBACK");
  assert.equal(database.pragma("user_version"), 3);
  assert.deepEqual(database.prepare("SELECT x FROM a").all(), [[1]]);
});
