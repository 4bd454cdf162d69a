import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { assertDone, assertFailed } from "../support/assert.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";
import { startLocalHub } from "../support/hub.ts";

interface Given {
  readonly settings: {
    readonly file: string;
    readonly found: boolean;
    readonly given: readonly { name: string; value: unknown; from: string }[];
  };
}

/** What `doorbell status` says of its settings; no hub has to be up for it. */
async function settingsSeen(env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<Given["settings"]> {
  const { stdout, stderr } = await doorbell(["status", "--json", ...args], env);
  assert.notEqual(stdout, "", stderr);
  return (JSON.parse(stdout) as Given).settings;
}

test("what is nearer wins: option, environment, file, default", async () => {
  using folder = newFolder();
  const file = folder.file("settings.json");
  writeFileSync(file, '{"port": 1}');
  const port = async (env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<unknown> =>
    (await settingsSeen(env, args)).given;
  assert.deepEqual(await port({ DOORBELL_HOST: "127.0.0.9" }), [
    { name: "host", value: "127.0.0.9", from: "environment" },
  ]);
  assert.deepEqual(await port({ DOORBELL_CONFIG: file }), [{ name: "port", value: 1, from: "file" }]);
  assert.deepEqual(await port({ DOORBELL_CONFIG: file, DOORBELL_PORT: "2" }), [
    { name: "port", value: 2, from: "environment" },
  ]);
  assert.deepEqual(await port({ DOORBELL_CONFIG: file, DOORBELL_PORT: "2" }, ["--port", "3"]), [
    { name: "port", value: 3, from: "option" },
  ]);
});

test("a hub and the commands read the same file, each what it knows", async () => {
  using folder = newFolder();
  const env = { DOORBELL_CONFIG: folder.file("settings.json") };
  writeFileSync(env.DOORBELL_CONFIG, JSON.stringify({ socket: folder.file("socket"), randomRate: 0, verbose: true }));
  await using hub = await startHubProcess({ args: [], env });
  assert.ok(hub.program.stdout.includes(folder.file("socket")));
  assertDone(await doorbell(["random"], env), /^\d+\n$/);
});

test("$XDG_CONFIG_HOME is where the file is looked for, if it is an absolute path", async () => {
  using folder = newFolder();
  mkdirSync(folder.file("doorbell"));
  writeFileSync(folder.file("doorbell/config.json"), '{"port": 1}');
  const found = {
    file: folder.file("doorbell/config.json"),
    found: true,
    given: [{ name: "port", value: 1, from: "file" }],
  };
  assert.deepEqual(await settingsSeen({ XDG_CONFIG_HOME: folder.path }), found);
  for (const relative of ["", ".", "config"]) {
    const env = { XDG_CONFIG_HOME: relative, HOME: folder.path, DOORBELL_PORT: "1" };
    assert.equal((await settingsSeen(env)).file, folder.file(".config/doorbell/config.json"));
  }
});

test("$DOORBELL_CONFIG names another, which must be there; empty is not given", async () => {
  using folder = newFolder();
  assertFailed(
    await doorbell(["status"], { DOORBELL_CONFIG: folder.file("none.json") }),
    2,
    /DOORBELL_CONFIG names a file that is not there: .*none\.json/,
  );
  const { file } = await settingsSeen({ DOORBELL_CONFIG: "", HOME: folder.path, DOORBELL_PORT: "1" });
  assert.equal(file, folder.file(".config/doorbell/config.json"));
});

for (const { why, text, message } of [
  { why: "not JSON", text: "port = 1", message: /is not JSON/ },
  { why: "empty", text: "", message: /is not JSON/ },
  { why: "no object", text: "[]", message: /is not a JSON object of settings/ },
  { why: "null", text: "null", message: /is not a JSON object of settings/ },
  {
    why: "with an unknown setting",
    text: '{"prot": 1}',
    message:
      /there is no setting "prot"; there are host, port, socket, tlsCert, tlsKey, tlsPort, httpPort, httpUrl, idle, compat, randomRate, data, inboxesMax, bellsMax, streamsMax, lineConnectionsMax, lineConnectionsPerAddressMax, httpConnectionsMax, httpConnectionsPerAddressMax, verbose, tls, ca, key, keyFile, addressFile/,
  },
  { why: "with a setting that is an option only", text: '{"newest": 1}', message: /there is no setting "newest"/ },
  { why: "with a name of JavaScript's own", text: '{"__proto__": 1}', message: /there is no setting "__proto__"/ },
  { why: "with a value out of range", text: '{"port": 70000}', message: /"port" is 70000\. Expected a whole number/ },
  { why: "with a value of a wrong type", text: '{"port": true}', message: /"port" is a string or number, not true/ },
  { why: "with a string for a switch", text: '{"tls": "yes"}', message: /"tls" is a boolean, not "yes"/ },
  { why: "with null for a value", text: '{"host": null}', message: /"host" is a string or number, not null/ },
])
  test(`a settings file that is ${why} is refused, naming the file`, async () => {
    using folder = newFolder();
    writeFileSync(folder.file("bad.json"), text);
    const outcome = await doorbell(["random"], { DOORBELL_CONFIG: folder.file("bad.json") });
    assertFailed(outcome, 2, message);
    assert.ok(outcome.stderr.includes(folder.file("bad.json")));
  });

test("a settings file that cannot be read is refused", async () => {
  using folder = newFolder();
  assertFailed(
    await doorbell(["random"], { DOORBELL_CONFIG: folder.path }),
    2,
    /the settings file cannot be read: EISDIR/,
  );
});

test("a file in the way of the folder of settings counts as no settings", async () => {
  using folder = newFolder();
  writeFileSync(folder.file("file"), "");
  chmodSync(folder.file("file"), 0o400);
  assert.equal((await settingsSeen({ XDG_CONFIG_HOME: folder.file("file"), DOORBELL_PORT: "1" })).found, false);
});

test("a number for a path is a path, not a port", async () => {
  using folder = newFolder();
  await using hub = await startLocalHub();
  writeFileSync(folder.file("settings.json"), JSON.stringify({ socket: hub.port }));
  assertFailed(
    await doorbell(["random"], { DOORBELL_CONFIG: folder.file("settings.json") }),
    3,
    new RegExp(`no hub answers at ${hub.port}: `),
  );
});

test("a variable that is empty is not given, and a switch is off for 0, false, no and off", async () => {
  for (const value of ["", "0", "false", "No", "OFF"])
    assert.deepEqual((await settingsSeen({ DOORBELL_TLS: value, DOORBELL_PORT: "1" })).given.length, 1);
  assert.deepEqual((await settingsSeen({ DOORBELL_TLS: "1", DOORBELL_PORT: "1", DOORBELL_CA: "" })).given, [
    { name: "port", value: 1, from: "environment" },
    { name: "tls", value: true, from: "environment" },
  ]);
});

test("a variable that cannot be a value is named", async () => {
  assertFailed(
    await doorbell(["random"], { DOORBELL_PORT: "x" }),
    2,
    /'x' from env 'DOORBELL_PORT' is invalid\. Expected a whole number/,
  );
});
