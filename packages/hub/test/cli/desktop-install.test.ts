import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { userUnit } from "../../src/cli/desktop.ts";
import { assertDone, assertFailed } from "../support/assert.ts";
import { bin, doorbell } from "../support/doorbell.ts";
import { systemdMissing } from "../support/needs.ts";
import { run } from "../support/program.ts";

const UNIT = "systemd/user/doorbell-desktop.service";
const LINK = "systemd/user/graphical-session.target.wants/doorbell-desktop.service";

test("shows the unit, writes it, and has it start with the session", async () => {
  using folder = newFolder();
  const args = ["desktop", "install", "--urgency", "low", "classified=critical", "-s", "classified", "--expire", "0"];
  const { code, stdout, stderr } = await doorbell(args, { XDG_CONFIG_HOME: folder.path, DOORBELL_PORT: "7000" });
  assert.equal(code, 0, stderr);
  const unit = readFileSync(folder.file(UNIT), "utf8");
  assert.equal(stdout, `# ${folder.file(UNIT)}\n${unit}`);
  assert.ok(
    unit.includes(
      `\nExecStart=${process.execPath} ${bin} watch --desktop --port 7000 --source classified --urgency low classified=critical --expire 0\n`,
    ),
    unit,
  );
  assert.equal(readlinkSync(folder.file(LINK)), "../doorbell-desktop.service");
  assert.equal(readFileSync(folder.file(LINK), "utf8"), unit);
  assert.match(stderr, /^Written, and enabled: .* Now: systemctl --user start doorbell-desktop\.service\n/);
});

test("--inbox has it watch an inbox, by the keys of the data folder and never by one in the unit", async () => {
  const key = `read_${"k".repeat(32)}`;
  const args = ["desktop", "install", "--dry-run", "--data", "my data", "--inbox"];
  const { stdout } = await doorbell(args, { DOORBELL_KEY: key });
  assert.match(stdout, /watch --desktop --inbox --data "?\/\S*my data"?\n/);
  assert.ok(!stdout.includes(key));
  assert.match((await doorbell([...args, "builds"])).stdout, /watch --desktop --inbox builds --data /);
});

test("the unit is one for systemd itself", { skip: systemdMissing }, async () => {
  using folder = newFolder();
  const socket = `${folder.path}/a b%h$HOME"\\'x;`;
  await doorbell(["desktop", "install", "--socket", socket], { XDG_CONFIG_HOME: folder.path });
  const verify = await run("systemd-analyze", ["--user", "--man=no", "verify", folder.file(UNIT)], {
    env: { ...process.env, XDG_RUNTIME_DIR: folder.path },
  });
  assert.equal(verify.code, 0, verify.stderr);
  assert.doesNotMatch(verify.stderr, /doorbell-desktop/);
});

test("--help says how to use it, and how to take it back", async () => {
  assertDone(await doorbell(["desktop", "install", "--help"]), /Example, .*\n {2}\$ doorbell desktop install/);
  const { code, stderr } = await doorbell(["desktop"]);
  assert.match(stderr, /^Usage: doorbell desktop .*\n {2}install /s);
  assert.equal(code, 2);
  assertFailed(await doorbell(["desktop", "frob"]), 2, /unknown command 'frob'/);
});

test("--dry-run writes nothing", async () => {
  using folder = newFolder();
  const { code, stdout, stderr } = await doorbell(["desktop", "install", "--dry-run"], {
    XDG_CONFIG_HOME: folder.path,
  });
  assert.equal(code, 0);
  assert.match(stdout, /\nExecStart=/);
  assert.equal(stderr, "");
  assert.ok(!existsSync(folder.file("systemd")));
});

test("again: it writes its own anew; another's stays, and it is said", async () => {
  using folder = newFolder();
  const env = { XDG_CONFIG_HOME: folder.path };
  for (const port of ["1", "2"]) assert.equal((await doorbell(["desktop", "install", "--port", port], env)).code, 0);
  assert.match(readFileSync(folder.file(UNIT), "utf8"), /--port 2\n/);
  writeFileSync(folder.file(UNIT), "[Service]\n");
  const { code, stderr } = await doorbell(["desktop", "install"], env);
  assert.equal(code, 1);
  assert.match(stderr, /is there already, and was not written by this command: move it away first/);
  assert.equal(readFileSync(folder.file(UNIT), "utf8"), "[Service]\n");
});

test("what cannot be written is a failure, and nothing is enabled", async () => {
  using folder = newFolder();
  mkdirSync(folder.file("systemd"));
  writeFileSync(folder.file("systemd/user"), "");
  const { code, stderr } = await doorbell(["desktop", "install"], { XDG_CONFIG_HOME: folder.path });
  assert.equal(code, 1);
  assert.match(stderr, /^doorbell: the unit cannot be written: .*\n$/);
  assert.ok(statSync(folder.file("systemd/user")).isFile());
});

test("no argument becomes more than an argument", async () => {
  const unit = userUnit(["/usr/bin/node", "a b", "%h", "$HOME", '"', "\\", "--x=y", "é", ""]);
  assert.match(unit, /\nExecStart=\/usr\/bin\/node "a b" %%h "\$\$HOME" "\\"" "\\\\" --x=y "é" ""\n/);
  using folder = newFolder();
  const socket = "/tmp/x\nExecStartPre=/bin/false";
  assertFailed(
    await doorbell(["desktop", "install", "--socket", socket], { XDG_CONFIG_HOME: folder.path }),
    2,
    /no unit can hold an argument with a control character/,
  );
});

test("the settings file may have settings of other commands", async () => {
  using folder = newFolder();
  const config = folder.file("config.json");
  writeFileSync(config, JSON.stringify({ randomRate: 3, port: 7001 }));
  const env = { XDG_CONFIG_HOME: folder.path, DOORBELL_CONFIG: config, DOORBELL_TLS: "no" };
  const { code, stdout, stderr } = await doorbell(["desktop", "install", "--dry-run"], env);
  assert.equal(code, 0, stderr);
  // The service reads the file itself.
  assert.match(stdout, /watch --desktop\n/);
});
