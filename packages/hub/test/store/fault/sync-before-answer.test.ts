/** What the system is asked for, by strace: between a ring and its answer there is a sync. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";

import { ringer } from "../../support/faulty-disk.ts";
import { straceMissing } from "../../support/needs.ts";
import { Program } from "../../support/program.ts";

test("the log is synced between a ring and its answer", { skip: straceMissing, timeout: 120_000 }, async (t) => {
  using folder = newFolder();
  const args = [
    // A file for each thread: in one of all, a line is split when another thread says something meanwhile.
    "-ff",
    "-o",
    folder.file("trace"),
    "-y",
    "-e",
    "trace=fsync,fdatasync,write",
    "-s",
    "40",
    process.execPath,
    ringer,
    folder.file("data"),
    "1",
    "40",
  ];
  await using program = new Program("strace", args);
  const { code } = await program.ended;
  assert.equal(code, 0, program.stderr.slice(-2_000));
  const traces = readdirSync(folder.path).filter((name) => name.startsWith("trace."));
  const texts = traces.map((name) => readFileSync(folder.file(name), "utf8"));
  // Who answers syncs itself.
  const [text = "", ...more] = texts.filter((one) => one.includes('"acked '));
  assert.equal(more.length, 0, "more than one thread answers");
  let unsynced = new Set<string>();
  let synced = new Set<string>();
  let answers = 0;
  for (const line of text.split("\n")) {
    const [, what, number = ""] = /write\(1<.*"(sent|acked) (\d+)/.exec(line) ?? [];
    if (/(fsync|fdatasync)\(\d+<.*doorbell\.db-wal>.*= 0$/.test(line)) {
      synced = new Set([...synced, ...unsynced]);
      unsynced = new Set();
    }
    if (what === "sent") unsynced.add(number);
    if (what === "acked") {
      assert.ok(synced.has(number), `ring ${number} was answered before a sync`);
      answers += 1;
    }
  }
  assert.equal(answers, 40);
  report(t, `T17 syncs seen by strace: answers ${answers}, each after a sync of the log`);
});
