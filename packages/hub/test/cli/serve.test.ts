import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";

import { assertDone, assertFailed } from "../support/assert.ts";
import { closedPort } from "../support/closed-port.ts";
import { bareEnvironment, bin, doorbell, type HubProcess, startHubProcess } from "../support/doorbell.ts";
import { connectLine } from "../support/line-client.ts";
import { Program } from "../support/program.ts";

describe("with its usual options, and still numbers", () => {
  let hub: HubProcess;
  before(async () => {
    hub = await startHubProcess({ http: true });
  });
  after(() => hub[Symbol.asyncDispose]());

  test("the greeting says where it listens, and how to reach that from another terminal", async () => {
    const [first, ...rest] = hub.program.lines;
    assert.match(first as string, new RegExp(`^Doorbell \\d+\\.\\d+\\.\\d+ listens at 127\\.0\\.0\\.1:${hub.port}$`));
    assert.deepEqual(rest, [
      `  talk to it   nc -C 127.0.0.1 ${hub.port}   and type: random?  classified?  notif  post hello  help`,
      `  or           npx doorbell watch --port ${hub.port}   in another terminal; --help lists the rest`,
      `  over HTTP    http://127.0.0.1:${hub.httpPort}   where bells are rung, and inboxes read; docs/http.md`,
      `  your bell    npx doorbell bell new hello --http-port ${hub.httpPort}   prints its address, and a line of curl that rings it`,
      `  hear it      npx doorbell watch --inbox --port ${hub.port}   or --desktop, to have it pop up`,
      `  see it       npx doorbell page --http-port ${hub.httpPort}   prints a link to the page, for one use`,
      "  stop         Ctrl-C",
    ]);
    assert.equal(hub.program.stderr, "");
  });

  test("a port in use: one line that says what to do, exit code 1", async () => {
    const message = new RegExp(
      `port ${hub.port} on 127\\.0\\.0\\.1 is in use: stop what listens there, or choose another with --port`,
    );
    assertFailed(await doorbell(["serve", ...hub.at]), 1, message);
  });

  test("a port of HTTP in use: one line that says what to do, exit code 1, and the line's port is let go of", async () => {
    const message = new RegExp(
      `port ${hub.httpPort} on 127\\.0\\.0\\.1 is in use: stop what listens there, choose another with --http-port, or none with --no-http`,
    );
    const port = await closedPort();
    assertFailed(await doorbell(["serve", "--port", String(port), "--http-port", String(hub.httpPort)]), 1, message);
    await assert.rejects(connectLine({ port }), { code: "ECONNREFUSED" });
  });

  test("--random-rate 0 brings no new number", async () => {
    await using client = await connectLine(hub);
    const number = await client.ask("random?");
    assert.equal(await client.ask("notif"), "OK");
    for (let asked = 0; asked < 100; asked += 1) assert.equal(await client.ask("random?"), number);
  });

  test("SIGINT stops it: clients are told, exit code 0", () => assertStops(hub, "SIGINT"));
});

describe("open to others, without HTTP, talkative, and with many numbers", () => {
  let hub: HubProcess;
  before(async () => {
    const args = ["--host", "0.0.0.0", "--no-http", "--verbose", "--random-rate", "6000"];
    hub = await startHubProcess({ args, http: true });
  });
  after(() => hub[Symbol.asyncDispose]());

  // The first, as all that is said of connections is what it looks at.
  test("--verbose says when connections end, without a word of what was said on them", async () => {
    {
      await using client = await connectLine(hub);
      assert.equal(await client.ask("post secret"), "OK");
      assert.equal(await client.ask("quit"), "OK");
    }
    await hub.program.until("its remark", () => hub.program.stderr.includes("\n"));
    assert.match(hub.program.stderr, /^\d{4}-\d\d-\d\dT\S+Z connection closed: quit\n$/);
  });

  test("an address that others can reach comes with a warning", async () => {
    assert.match(hub.program.stdout, /^ {2}open {9}to all who can reach that address/m);
  });

  test("--no-http serves none", async () => {
    assert.doesNotMatch(hub.program.stdout, /HTTP/);
  });

  test("--random-rate brings new numbers", async () => {
    await using client = await connectLine(hub);
    assert.equal(await client.ask("notif random"), "OK");
    // The first is the one that a new session finds unread.
    for (let heard = 0; heard < 20; heard += 1) assert.equal(await client.next(), "notif: random");
  });

  test("a second signal ends it at once, though a client holds on", async () => {
    const holding = connect({ port: hub.port, host: "127.0.0.1", allowHalfOpen: true });
    try {
      const told = new Promise<string>((resolve) => {
        let heard = "";
        holding.setEncoding("utf8").on("data", (text: string) => {
          heard += text;
          if (heard.includes("stopping")) resolve(heard);
        });
      });
      holding.write("ping\r\n");
      await new Promise((resolve) => holding.once("data", resolve));
      hub.program.signal("SIGINT");
      assert.match(await told, /error: the server is stopping/);
      hub.program.signal("SIGINT");
      assert.deepEqual(await hub.program.ended, { code: 130, signal: null });
    } finally {
      holding.destroy();
    }
  });
});

describe("with a Unix socket", () => {
  let folder: Folder;
  let path: string;
  let hub: HubProcess;
  before(async () => {
    folder = newFolder();
    path = folder.file("socket");
    hub = await startHubProcess({ args: ["--socket", path] });
  });
  after(async () => {
    await hub[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test("when one address cannot be had, none is kept", async () => {
    assertFailed(await doorbell(["serve", "--port", "0", "--socket", path]), 1, /socket .* is in use/);
    assertDone(await doorbell(["status", "--socket", path]), /is up/);
    assert.equal(hub.program.stderr, "");
  });

  test("a Unix socket is for its user alone, and goes with the hub; SIGTERM stops it: clients are told, exit code 0", async () => {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assertDone(await doorbell(["post", "--socket", path, "hello"]), "");
    {
      await using client = await connectLine({ path });
      assert.equal(await client.ask("classified?"), "hello");
    }
    await assertStops(hub, "SIGTERM");
    assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
  });
});

describe("refused", { concurrency: 4 }, () => {
  for (const { args, code, message } of [
    { args: ["--host", "192.0.2.1"], code: 1, message: /192\.0\.2\.1 is not an address of this machine/ },
    {
      args: ["--host", "doorbell.invalid"],
      code: 1,
      message: /no address is known for doorbell\.invalid|cannot listen at port 0 on doorbell\.invalid/,
    },
    { args: ["--socket", `/tmp/${"x".repeat(110)}`], code: 2, message: /a socket's path is 1 to 103 bytes/ },
    { args: ["--socket", "/nonexistent/socket"], code: 1, message: /there is no directory \/nonexistent for a socket/ },
    { args: ["--tls-cert", "/nonexistent.pem"], code: 2, message: /TLS needs both --tls-cert and --tls-key/ },
    {
      args: ["--tls-cert", "/nonexistent.pem", "--tls-key", "/nonexistent.pem"],
      code: 2,
      message: /--tls-cert: ENOENT/,
    },
    { args: ["--tls-cert", bin, "--tls-key", bin], code: 2, message: /the TLS key or certificate cannot be used/ },
    { args: ["--random-rate", "-1"], code: 2, message: /Expected a number from 0 to 60000/ },
    { args: ["--random-rate", "60001"], code: 2, message: /Expected a number from 0 to 60000/ },
    { args: ["--random-rate", "often"], code: 2, message: /Expected a number from 0 to 60000/ },
    { args: ["--idle", "30"], code: 2, message: /Expected a time with its unit, as 30s/ },
    { args: ["--idle", "25d"], code: 2, message: /Expected a time with its unit, as 30s/ },
    { args: ["--tls-port", "65536"], code: 2, message: /Expected a whole number from 0 to 65535/ },
    { args: ["--http-url", "bell.example.org"], code: 2, message: /--http-url is an address as https/ },
    { args: ["--http-url", "https://example.org/bell"], code: 2, message: /--http-url is an address as https/ },
    { args: ["--http-port", "65536"], code: 2, message: /Expected a whole number from 0 to 65535/ },
    { args: ["surplus"], code: 2, message: /too many arguments/ },
  ])
    test(`serve ${args.join(" ").slice(0, 60)} is refused, exit code ${code}`, async () => {
      assertFailed(await doorbell(["serve", "--port", "0", ...args]), code, message);
    });
});

test("a file that is no socket is left alone", async () => {
  using folder = newFolder();
  writeFileSync(folder.file("precious"), "precious");
  assertFailed(
    await doorbell(["serve", "--port", "0", "--socket", folder.file("precious")]),
    1,
    /exists and is no socket/,
  );
  assert.equal(statSync(folder.file("precious")).size, 8);
});

test("the socket of a hub that was killed is replaced", async () => {
  using folder = newFolder();
  const args = ["--socket", folder.file("socket")];
  {
    await using killed = await startHubProcess({ args });
    killed.program.signal("SIGKILL");
    await killed.program.ended;
  }
  assert.ok(statSync(folder.file("socket")).isSocket());
  await using _hub = await startHubProcess({ args });
  assertDone(await doorbell(["status", ...args]), /is up/);
});

test("a hub whose greeting nobody reads to the end goes on", async () => {
  const port = await closedPort();
  await using hub = new Program(process.execPath, [bin, "serve", "--port", String(port)], bareEnvironment());
  hub.closeOutput();
  const up = async (): Promise<boolean> => (await doorbell(["status", "--port", String(port)])).code === 0;
  for (let tries = 0; tries < 50 && !(await up()); tries += 1);
  assert.ok(await up());
  hub.signal("SIGTERM");
  assert.equal((await hub.ended).code, 0);
});

test("--no-tcp leaves the socket alone to listen, and must leave something", async () => {
  assertFailed(await doorbell(["serve", "--no-tcp"]), 2, /--no-tcp leaves nothing to listen at: give --socket/);
  using folder = newFolder();
  const path = folder.file("hub.sock");
  await using hub = new Program(process.execPath, [bin, "serve", "--no-tcp", "--socket", path], bareEnvironment());
  assert.match(await hub.line(0), /^Doorbell [0-9.]+ listens at \/.*hub\.sock$/);
  assertDone(await doorbell(["status", "--socket", path]), /hub\.sock is up/);
});

test("without --data it is doorbell in the XDG data folder, else in ~/.local/share", async () => {
  using folder = newFolder();
  for (const [env, path] of [
    [{ XDG_DATA_HOME: folder.file("xdg") }, "xdg/doorbell"],
    [{ XDG_DATA_HOME: "not/absolute", HOME: folder.path }, ".local/share/doorbell"],
  ] as const) {
    await using _ = await startHubProcess({ env });
    assert.ok(statSync(folder.file(`${path}/keys.json`)).isFile());
  }
});

test("a data folder is made for its user alone; one that another hub has is refused; a restart finds what was posted", async () => {
  using folder = newFolder();
  const args = ["--data", folder.file("data")];
  {
    await using hub = await startHubProcess({ args });
    assert.equal(statSync(folder.file("data")).mode & 0o777, 0o700);
    assert.equal(statSync(folder.file("data/keys.json")).mode & 0o777, 0o600);
    assertFailed(await doorbell(["serve", "--port", "0"], { DOORBELL_DATA: folder.file("data") }), 1, /--data/);
    assert.equal(hub.program.stderr, "");
    assertDone(await doorbell(["post", ...hub.at, "kept"]), /.*/);
    hub.program.signal("SIGTERM");
    assert.deepEqual(await hub.program.ended, { code: 0, signal: null });
  }
  await using hub = await startHubProcess({ args });
  assertDone(await doorbell(["classified", ...hub.at]), /^kept$/m);
});

/** A signal stops it: clients are told, in whichever mode they are, and the exit code is 0. */
async function assertStops(hub: HubProcess, signal: NodeJS.Signals): Promise<void> {
  await using client = await connectLine(hub);
  await using other = await connectLine(hub);
  // Of ads that it has read it is not told.
  while ((await client.ask("classified?")) !== "");
  assert.equal(await client.ask("notif classified"), "OK");
  assert.equal(await other.ask("ping"), "pong");
  hub.program.signal(signal);
  for (const each of [client, other]) {
    assert.equal(await each.next(), "error: the server is stopping");
    assert.equal(await each.next(), undefined);
  }
  assert.deepEqual(await hub.program.ended, { code: 0, signal: null });
  assert.match(hub.program.stderr, /^Stopping: [^\n]+\n$/);
}
