import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";

import { readSecret, redacted } from "../../src/cli/options.ts";
import { assertDone, assertFailed } from "../support/assert.ts";
import { bareEnvironment, bin, doorbell } from "../support/doorbell.ts";
import { InboxHub } from "../support/inbox-hub.ts";
import { run } from "../support/program.ts";

const TOKEN = "Zq3vT0yqLr6Zk9mC1bJ8aXwPnE5hUdGs";
const ADDRESS = `http://127.0.0.1:1/b/${TOKEN}`;

describe("a key or an address that stands on no command line", () => {
  let hub: InboxHub;
  let folder: Folder;
  let address: string;
  let read: string;
  let manage: string;
  before(async () => {
    hub = await InboxHub.start();
    folder = newFolder();
    address = await hub.newBell("bell");
    const keys = await hub.prints("inbox", "keys");
    [, read = "", manage = ""] = /^read +(\S+)\nmanage +(\S+)$/m.exec(keys) ?? [];
  });
  after(async () => {
    await hub[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  /** Fetches the texts in the inbox, the oldest first. */
  async function texts(): Promise<readonly string[]> {
    const answer = await fetch(`http://127.0.0.1:${hub.hub.httpPort}/v1/items?after=0`, {
      headers: { authorization: `Bearer ${read}` },
    });
    return ((await answer.json()) as { readonly items: readonly { readonly text: string }[] }).items.map(
      ({ text }) => text,
    );
  }

  test("ring takes the address from the environment or a file, and all words are the text", async () => {
    writeFileSync(folder.file("address"), `${address}\r\nmore\n`);
    writeFileSync(folder.file("settings.json"), JSON.stringify({ addressFile: folder.file("address") }));
    const before = (await texts()).length;
    assertDone(await doorbell(["ring", "one", "two"], { DOORBELL_ADDRESS: address }), "");
    assertDone(await doorbell(["ring", "--address-file", folder.file("address"), "https://example.org/x"]), "");
    assertDone(await doorbell(["ring"], { DOORBELL_ADDRESS_FILE: folder.file("address") }), "");
    assertDone(await doorbell(["ring", "config"], { DOORBELL_CONFIG: folder.file("settings.json") }), "");
    const nearer = { DOORBELL_CONFIG: folder.file("settings.json"), DOORBELL_ADDRESS: address };
    assertDone(await doorbell(["ring", "nearer"], nearer), "");
    const { code } = await run("bash", ["-c", '"$0" "$1" ring --address-file <(echo "$A") -', process.execPath, bin], {
      env: bareEnvironment({ A: address }),
      input: "read",
    });
    assert.equal(code, 0);
    const came = ["one two", "https://example.org/x", "", "config", "nearer", "read"];
    assert.deepEqual((await texts()).slice(before), came);
  });

  test("every command with --key takes it from a file, too; what is nearer wins, and two are one too many", async () => {
    writeFileSync(folder.file("key"), `${manage}\n`);
    writeFileSync(folder.file("read"), read);
    writeFileSync(folder.file("wrong"), `owner_${"x".repeat(32)}\n`);
    writeFileSync(folder.file("settings.json"), JSON.stringify({ keyFile: folder.file("wrong") }));
    const own = { ...hub.environment, DOORBELL_DATA: folder.file("none") };
    assertDone(await doorbell(["bell", "list", "--key-file", folder.file("key")], own), /bell/);
    assertDone(await doorbell(["inbox", "show"], { ...own, DOORBELL_KEY_FILE: folder.file("key") }), /^me /);
    const configured = { ...own, DOORBELL_CONFIG: folder.file("settings.json") };
    assertFailed(await doorbell(["inbox", "show"], configured), 1, /the hub answered: /);
    assertDone(await doorbell(["inbox", "show"], { ...configured, DOORBELL_KEY: manage }), /^me /);
    assertFailed(
      await doorbell(["inbox", "--key-file", folder.file("key")], { ...own, DOORBELL_KEY: manage }),
      2,
      /two keys are given, by --key or DOORBELL_KEY and by --key-file: give one/,
    );
    await using watch = hub.start(["watch", "--inbox", "--key-file", folder.file("read")]);
    assert.match(await watch.line(0), /^inbox bell: /);
  });
});

for (const [what, args, env, message] of [
  ["no address", ["ring"], {}, /say which bell: .* DOORBELL_ADDRESS, or in a file with --address-file/],
  ["two", ["ring", ADDRESS, "x"], { DOORBELL_ADDRESS: ADDRESS }, /two addresses are given, by DOORBELL_ADDRESS and as/],
  ["two, by file", ["ring", ADDRESS, "--address-file", bin], {}, /two addresses are given, by --address-file and as/],
  [
    "two, none of them a word",
    ["ring", "x", "--address-file", bin],
    { DOORBELL_ADDRESS: ADDRESS },
    /two addresses are given, by DOORBELL_ADDRESS and by --address-file/,
  ],
  ["none in the environment", ["ring", "x"], { DOORBELL_ADDRESS: TOKEN }, /what DOORBELL_ADDRESS gives is no address/],
  ["no such file", ["ring", "--address-file", "/nonexistent"], {}, /--address-file: ENOENT/],
  ["a folder", ["ring", "--address-file", "/tmp"], {}, /--address-file: EISDIR/],
  ["an empty file", ["ring", "--address-file", "/dev/null"], {}, /--address-file: the first line of .* is empty/],
  ["a file without end", ["ring", "--address-file", "/dev/zero"], {}, /what --address-file gives is no address/],
  ["a file with another thing", ["ring", "--address-file", bin], {}, /what --address-file gives is no address/],
  ["a file with no key", ["inbox", "--key-file", bin], {}, /--key is a key that .*so is the first line of --key-file/],
  ["no file of a key", ["inbox", "--key-file", "/nonexistent"], {}, /--key-file: ENOENT/],
  ["an address as a command", [ADDRESS, "x"], {}, /unknown command 'http:\/\/127\.0\.0\.1:1\/b\/…'/],
  ["a key as a command", [`read_${TOKEN}`], {}, /unknown command 'read_…'/],
  ["a token as a command", [TOKEN], {}, /unknown command '…'/],
  ["a key as a port", ["watch", "--port", `manage_${TOKEN}`], {}, /argument 'manage_…' is invalid/],
  ["a key as a port, by the environment", ["watch"], { DOORBELL_PORT: `owner_${TOKEN}` }, /'owner_…' from env/],
  ["an address as an inbox", ["watch", "--source", ADDRESS, "--socket", "/nonexistent"], {}, undefined],
  ["a link as a number", ["classified", "-n", `http://127.0.0.1:1/login#${TOKEN}`], {}, /login#…' is invalid/],
] as const)
  test(`${what}: it is said what is wrong, and nothing of a secret`, async () => {
    const outcome = await doorbell(args, env);
    if (message !== undefined) assertFailed(outcome, 2, message);
    assert.ok(!`${outcome.stdout}${outcome.stderr}`.includes(TOKEN), outcome.stderr);
  });

test("a complaint is redacted where a secret stands, and nowhere else", () => {
  for (const [text, shown] of [
    [`unknown command '${TOKEN}'`, "unknown command '…'"],
    [`"session_${TOKEN}"`, '"session_…"'],
    [`${ADDRESS}/publish?m=x`, "http://127.0.0.1:1/b/…/publish?m=x"],
    [`unknown option '--keyowner_${TOKEN}'`, "unknown option '--keyowner_…'"],
    [`unknown option '--api_key_read_${TOKEN}'`, "unknown option '--api_key_read_…'"],
    [`unknown option '--token=${TOKEN}'`, "unknown option '--token=…'"],
    [`ENOENT, open '/x/${TOKEN}.pem'`, "ENOENT, open '/x/….pem'"],
    [`http:%2F%2Fh%2Fb%2F${TOKEN}`, "http:%2F%2Fh%2Fb%…"],
    [`getaddrinfo ENOTFOUND ${TOKEN.toLowerCase()}`, "getaddrinfo ENOTFOUND …"],
    ["the inbox read_me is /home/user/a/b/c", "the inbox read_me is /home/user/a/b/c"],
    ["there is no directory /home/abcdefghijklmnopqrstuvwxyzabcdef", undefined],
  ] as const)
    assert.equal(redacted(text), shown ?? text);
});

test("a complaint as long as a command line can be is redacted, and that takes no time that grows with its square", () => {
  const long = "a".repeat(200_000);
  const before = process.cpuUsage();
  assert.equal(redacted(long), long);
  // A hundred times what was seen, of the processor's time: this process may have to wait for it.
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});

test("of a file no more is read than a line can have", () => {
  using folder = newFolder();
  writeFileSync(folder.file("long"), "x".repeat(10_000));
  assert.equal(readSecret("--key-file", folder.file("long")).length, 4_096);
});
