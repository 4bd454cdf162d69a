/** T18: a disk that is full, and one that cannot sync. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { buildFaultyDisk, checkCuts, ringer, ringUntilItEnds } from "../../support/faulty-disk.ts";
import { Ledger, sound } from "../../support/ledger.ts";
import { Namespace } from "../../support/namespace.ts";
import { gccMissing, namespaceMissing } from "../../support/needs.ts";

test(
  "T18 the disk is full: rings are refused, and taken again when there is room",
  { skip: namespaceMissing, timeout: 180_000 },
  async (t) => {
    using folder = newFolder();
    const disk = folder.file("disk");
    await using namespace = await Namespace.create([
      `mkdir ${disk}`,
      `mount -t tmpfs -o size=4m,mode=700 none ${disk}`,
      `head -c 3000000 /dev/zero > ${disk}/ballast`,
    ]);
    const ledger = new Ledger();
    await using program = namespace.start(process.execPath, [ringer, `${disk}/data`, "1"]);
    const count = (what: string): number => program.lines.filter((line) => line.startsWith(what)).length;
    await until("that rings are refused", () => count("refused") >= 20, 60_000);
    const before = count("acked");
    assert.ok(before > 0, "none was acknowledged before the disk was full");
    namespace.run("rm", `${disk}/ballast`);
    await until("that rings are taken again", () => count("acked") > before + 20, 20_000);
    program.closeInput();
    const { code } = await program.ended;
    assert.equal(code, 0, program.stderr);
    ledger.note(program.stdout);
    assert.deepEqual([...new Set(ledger.refused.values())], ["StoreFailed"], program.stdout.slice(-2_000));
    assert.doesNotMatch(program.stdout, /unhandled/);
    // A disk that is full at the start: all that is there can be read, and rings are refused until there is room.
    for (const how of ["closed", "killed"]) {
      namespace.run("sh", "-c", `cat /dev/zero > ${disk}/ballast 2>/dev/null || true`);
      await using again = namespace.start(process.execPath, [ringer, `${disk}/data`, String(ledger.next)]);
      const lines = (what: string): number => again.lines.filter((line) => line.startsWith(what)).length;
      await until(`that it opens (${how})`, () => lines("open") === 1, 20_000, {
        account: () => again.stdout + again.stderr,
      });
      await until(`that rings are refused (${how})`, () => lines("refused") >= 5, 20_000);
      assert.equal(lines("acked"), 0, "there was room");
      namespace.run("rm", `${disk}/ballast`);
      await until(`that rings are taken (${how})`, () => lines("acked") > 20, 20_000);
      if (how === "closed") namespace.kill("node");
      else again.closeInput();
      await again.ended;
      ledger.note(again.stdout);
    }
    namespace.run("cp", "-rp", `${disk}/data`, folder.file("copy"));
    assert.deepEqual(await ledger.check(folder.file("copy")), sound);
    report(t, `T18 disk full: acks ${ledger.acked.size} refused ${ledger.refused.size} lost 0 unhandled 0`);
  },
);

test(
  "T18 a sync fails: nothing is acknowledged any more, and nothing that was is lost",
  { skip: gccMissing, timeout: 120_000 },
  async (t) => {
    using folder = newFolder();
    const library = buildFaultyDisk(folder.path);
    let failures = 0;
    let acks = 0;
    for (const every of [33, 90, 21, 16, 12]) {
      const ledger = new Ledger();
      const data = folder.file(`data${every}`);
      const fault = { kind: "eio", every, seed: 1 } as const;
      const { code, said } = await ringUntilItEnds(data, ledger, { library, fault, most: 1_000 });
      assert.equal(code, 0, said);
      const [, after] = said.split(/^eio$/m);
      assert.ok(after !== undefined, `no sync failed: ${said}`);
      assert.doesNotMatch(after, /^acked/m, "acknowledged after a sync had failed");
      assert.match(after, /^failed .*disk I\/O error$/m);
      assert.doesNotMatch(said, /unhandled/);
      // In memory of the system; and what the disk really has, when the power goes after all.
      ledger.note(said);
      assert.deepEqual(await ledger.check(data), sound, `sync ${every} failed`);
      assert.equal(await checkCuts(data, ledger, said, `sync ${every} failed`), 1);
      failures += 1;
      acks += ledger.acked.size;
    }
    report(t, `T18 sync fails: failures ${failures} acks ${acks} lost 0 acknowledged after it 0`);
  },
);
