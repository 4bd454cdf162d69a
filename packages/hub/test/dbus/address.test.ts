import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { socketPaths } from "../../src/dbus/connection.ts";

const refused = (address: string, message: RegExp): void =>
  assert.throws(() => socketPaths(address, {}), { name: "BusError", code: "BadAddress", message });

test("an address is a path, and there may be several", () => {
  assert.deepEqual(socketPaths("unix:path=/run/bus", {}), ["/run/bus"]);
  assert.deepEqual(socketPaths("unix:path=/a,guid=00ff;unix:guid=00ff,path=/b;", {}), ["/a", "/b"]);
  assert.deepEqual(socketPaths("unix:path=/with%20space%2c/%c3%a9", {}), ["/with space,/é"]);
  assert.deepEqual(socketPaths("unix:path=/a=b", {}), ["/a=b"]);
  assert.deepEqual(socketPaths("unix:runtime=yes", { XDG_RUNTIME_DIR: "/run/user/7" }), ["/run/user/7/bus"]);
  assert.deepEqual(socketPaths("unix:abstract=/tmp/x;unix:path=/b", {}), ["/b"], "what can be reached is enough");
});

test("an abstract socket is refused, with what to do instead", () => {
  refused("unix:abstract=/tmp/dbus-x", /abstract socket, which cannot be reached from Node: .*unix:path=/);
});

test("garbage and other transports are refused by what they are", () => {
  refused("", /it is empty/);
  refused(";;", /it is empty/);
  refused("garbage", /"garbage" is no address of a bus, such as unix:path=/);
  refused("unix:", /has no value that can be read for ""/);
  refused("unix:path", /no value that can be read for "path"/);
  refused("unix:path=", /no value that can be read for "path"/);
  refused("unix:path=/%zz", /no value that can be read for "path"/);
  refused("unix:path=/a%00b", /no value that can be read for "path"/);
  refused("unix:guid=00", /has no path/);
  refused("unix:runtime=yes", /has no path/);
  refused("tcp:host=localhost,port=1", /by "tcp", and only unix:path=/);
  refused("unixexec:path=/bin/sh", /by "unixexec"/);
});

test("a path may be as long as a socket's may, and no byte longer", () => {
  const longest = `/${"é".repeat(53)}`;
  assert.deepEqual(socketPaths(`unix:path=${longest}`, {}), [longest]);
  refused(`unix:path=${longest}a`, /more than 107 bytes/);
});

test("the session's and the system's bus are where the environment says, or where they usually are", () => {
  using folder = newFolder();
  const [session, system] = ["unix:path=/session", "unix:path=/system"];
  const environment = { DBUS_SESSION_BUS_ADDRESS: session, DBUS_SYSTEM_BUS_ADDRESS: system };
  assert.deepEqual(socketPaths("session", environment), ["/session"]);
  assert.deepEqual(socketPaths("system", environment), ["/system"]);
  const nothing = { name: "BusError", code: "NoAddress", message: /DBUS_SESSION_BUS_ADDRESS is not set, nor is XDG/ };
  assert.throws(() => socketPaths("session", {}), nothing);
  const runtime = { XDG_RUNTIME_DIR: folder.path, DBUS_SESSION_BUS_ADDRESS: "" };
  assert.throws(() => socketPaths("session", runtime), { code: "NoAddress", message: /and there is no .*\/bus$/ });
  writeFileSync(folder.file("bus"), "");
  assert.deepEqual(socketPaths("session", runtime), [folder.file("bus")]);
  const garbage = { DBUS_SESSION_BUS_ADDRESS: "garbage" };
  assert.throws(() => socketPaths("session", garbage), {
    code: "BadAddress",
    message: /^DBUS_SESSION_BUS_ADDRESS cannot/,
  });
});
