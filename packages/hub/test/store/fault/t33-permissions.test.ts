/** T33: nobody but their owner can read or change the files, and a store is not put where others could. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";

import { StoreError } from "../../../src/store/errors.ts";
import { openStore } from "../../../src/store/sql-store.ts";

const files = ["doorbell.db", "doorbell.db-wal", "doorbell.mark"];
const isRoot = process.getuid?.() === 0;

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

for (const umask of [0o000, 0o022, 0o777])
  test(
    `T33 a new store is its owner's alone with the umask ${umask.toString(8)}`,
    { skip: umask === 0o777 && !isRoot },
    async (t) => {
      using folder = newFolder();
      const data = folder.file("a/b");
      mkdirSync(folder.file("a"));
      const before = process.umask(umask);
      try {
        await using store = openStore({ folder: data });
        await store.ads.append("an ad");
        assert.equal(mode(data), "700");
        for (const name of files) assert.equal(mode(`${data}/${name}`), "600", name);
      } finally {
        process.umask(before);
      }
      report(t, `T33 umask ${umask.toString(8)}: folder 700, files 600`);
    },
  );

test("T33 what others could only read is closed to them", async () => {
  using folder = newFolder();
  const data = folder.file("data");
  await openStore({ folder: data })[Symbol.asyncDispose]();
  chmodSync(data, 0o755);
  for (const name of ["doorbell.db", "doorbell.mark"]) chmodSync(`${data}/${name}`, 0o644);
  await using _store = openStore({ folder: data });
  assert.equal(mode(data), "700");
  for (const name of files) assert.equal(mode(`${data}/${name}`), "600", name);
});

/** What somebody else did to a store's folder, and what the refusal says of it. */
const planted: Readonly<
  Record<string, { readonly act: (data: string) => void; readonly says: RegExp; readonly asRoot?: true }>
> = {
  "the folder is a link": {
    act(data) {
      mkdirSync(`${data}-there`, { mode: 0o700 });
      symlinkSync(`${data}-there`, data);
    },
    says: /data is a symbolic link: make it your own, or name another folder with --data$/,
  },
  "the folder is a file": { act: (data) => writeFileSync(data, ""), says: /cannot be used|is no folder/ },
  "others can write to the folder": {
    act(data) {
      mkdirSync(data);
      chmodSync(data, 0o707);
    },
    says: /data can be written by others/,
  },
  "the group can write to the folder": {
    act(data) {
      mkdirSync(data);
      chmodSync(data, 0o770);
    },
    says: /data can be written by others/,
  },
  "the folder is another user's": {
    act(data) {
      mkdirSync(data, { mode: 0o700 });
      chownSync(data, 12_345, 12_345);
    },
    says: /data belongs to the user 12345/,
    asRoot: true,
  },
  ...Object.fromEntries(
    ["doorbell.db", "doorbell.db-wal", "doorbell.db-journal", "doorbell.mark", "doorbell.mark.new"].flatMap((name) => [
      [
        `${name} is a link`,
        {
          act(data: string) {
            mkdirSync(data, { mode: 0o700 });
            symlinkSync("/nonexistent", `${data}/${name}`);
          },
          says: new RegExp(`${name} is a symbolic link`),
        },
      ],
      [
        `${name} can be written by others`,
        {
          act(data: string) {
            mkdirSync(data, { mode: 0o700 });
            writeFileSync(`${data}/${name}`, "");
            chmodSync(`${data}/${name}`, 0o602);
          },
          says: new RegExp(`${name} can be written by others`),
        },
      ],
      [
        `${name} is another user's`,
        {
          act(data: string) {
            mkdirSync(data, { mode: 0o700 });
            writeFileSync(`${data}/${name}`, "", { mode: 0o600 });
            chownSync(`${data}/${name}`, 12_345, 12_345);
          },
          says: new RegExp(`${name} belongs to the user 12345`),
          asRoot: true,
        },
      ],
    ]),
  ),
};

for (const [what, { act, says, asRoot = false }] of Object.entries(planted))
  test(`T33 refused: ${what}`, { skip: asRoot && !isRoot && "needs root, to give a file away" }, () => {
    using folder = newFolder();
    const data = folder.file("data");
    act(data);
    assert.throws(
      () => openStore({ folder: data }),
      (error) => {
        assert.ok(error instanceof StoreError, String(error));
        assert.match(error.code, /^Store(Unsafe|Failed)$/);
        assert.match(error.message, says);
        return true;
      },
    );
  });
