import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";

import { KernelError } from "../../src/kernel/errors.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";

const isCode = (code: string, detail?: string) => (error: unknown) =>
  error instanceof KernelError && error.code === code && (detail === undefined || error.detail === detail);

describe("ids", () => {
  test("K1 a hundred thousand ids are distinct", () => {
    const seen = new Set<string>();
    for (let made = 0; made < 100_000; made += 1) seen.add(Sid.random().words().join(","));
    assert.equal(seen.size, 100_000);
  });

  test("K1 a well-known id has 1 to 16 bytes", () => {
    assert(Sid.wellKnown("a").equals(Sid.wellKnown("a")));
    assert(!Sid.wellKnown("sixteen bytes it").equals(Sid.wellKnown("sixteen bytes is")));
    for (const text of ["", "seventeen bytes i"]) assert.throws(() => Sid.wellKnown(text), isCode("InvalidArgument"));
  });

  test("K2 an id is printed, cloned and put into JSON without its words", () => {
    const sid = Sid.from([0xdeadbeef, 0xcafebabe, 0x12345678, 0x9abcdef0]);
    const told = [
      String(sid),
      JSON.stringify({ sid }),
      inspect({ sid }, { depth: 9, showHidden: true }),
      inspect(structuredClone(sid)),
    ];
    for (const text of told) assert.doesNotMatch(text, /3735928559|deadbeef|3405691582|cafebabe/i);
    assert.deepEqual(sid.words(), [0xdeadbeef, 0xcafebabe, 0x12345678, 0x9abcdef0]);
    for (const words of [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
      [1, 2, 3, -1],
      [1, 2, 3, 2 ** 32],
      [1, 2, 3, 0.5],
    ]) {
      assert.throws(() => Sid.from(words), isCode("InvalidArgument"));
    }
  });
});

describe("servers and connections", () => {
  let kernel: Kernel;
  before(
    async () => void (kernel = await Kernel.start({ serversMax: 6, connectionsMax: 4, waitersMax: 2, threadsMax: 2 })),
  );
  after(() => kernel.leave());

  test("K2 nothing that can be reached from a connection is an id", async () => {
    using server = await kernel.createServer();
    using connection = await kernel.connect(server.sid);
    const words = server.sid.words().map(String);
    const seen = new Set<unknown>();
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null || seen.has(value)) return;
      seen.add(value);
      assert(!(value instanceof Sid));
      for (
        let at: object | null = value;
        at !== null && at !== Object.prototype;
        at = Object.getPrototypeOf(at) as object | null
      ) {
        for (const key of Reflect.ownKeys(at)) walk(Reflect.get(at, key, value));
      }
    };
    walk(connection);
    const told = inspect([connection, server, kernel, await kernel.inspect()], { depth: 20, showHidden: true });
    for (const word of words) assert(!told.includes(word));
  });

  test("K3 a stale connection never reaches a later server", async () => {
    const sid = Sid.random();
    const first = await kernel.createServer({ sid });
    const stale = await kernel.connect(sid);
    first.destroy();
    for (let round = 0; round < 300; round += 1) {
      using later = await kernel.createServer({ sid });
      using connection = await kernel.connect(sid);
      await assert.rejects(stale.scalar(1), isCode("ServerNotFound"));
      await assert.rejects(kernel.connection(stale.cid), isCode("ServerNotFound"));
      assert.notEqual(connection.cid, stale.cid);
      await connection.scalar(7);
      assert.equal((await later.receive()).id, 7);
      assert.equal(later.tryReceive(), undefined);
    }
  });

  test("K4 connecting twice gives the same connection, which ends with its last handle", async () => {
    using server = await kernel.createServer();
    const one = await kernel.connect(server.sid);
    const two = await kernel.connect(server.sid);
    const three = await kernel.connection(one.cid);
    assert.equal(one.cid, two.cid);
    one.disconnect();
    one.disconnect();
    two.disconnect();
    await assert.rejects(one.scalar(1), isCode("ServerNotFound"));
    await three.scalar(1);
    assert.equal((await kernel.inspect()).threads[0]?.connections, 1);
    three.disconnect();
    assert.equal((await kernel.inspect()).threads[0]?.connections, 0);
    assert.equal((await server.receive()).id, 1);
  });

  test("K5 connect waits until the server exists; a wait can end early, and leaves nothing", async () => {
    const sid = Sid.random();
    assert.equal(await kernel.tryConnect(sid), "ServerNotFound");
    await assert.rejects(kernel.connect(sid, { timeoutMs: 1 }), isCode("Timeout"));
    assert.throws(() => kernel.connectSync(sid, { timeoutMs: 1 }), isCode("Timeout"));
    const stop = new AbortController();
    const stopped = kernel.connect(sid, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await assert.rejects(stopped, /enough/);
    const waiting = kernel.connect(sid);
    assert.equal((await kernel.inspect()).waiting, 1);
    using server = await kernel.createServer({ sid });
    using connection = await waiting;
    await connection.scalar(3);
    assert.equal(server.receiveSync().id, 3);
    const report = await kernel.inspect();
    assert.deepEqual([report.waiting, report.threads[0]?.connections], [0, 1]);
  });

  test("K6 an id is taken once; each table has a limit, which names itself", async () => {
    using server = await kernel.createServer();
    await assert.rejects(kernel.createServer({ sid: server.sid }), isCode("ServerExists"));
    assert.throws(() => kernel.createServerSync({ sid: server.sid }), isCode("ServerExists"));
    const servers = [server];
    for (let more = 1; more < 6; more += 1) servers.push(kernel.createServerSync());
    await assert.rejects(kernel.createServer(), isCode("OutOfMemory", "servers"));
    await assert.rejects(server.narrow({ opcodes: [1] }), isCode("OutOfMemory", "servers"));
    const connections = await Promise.all(servers.slice(0, 4).map((one) => kernel.connect(one.sid)));
    await assert.rejects(kernel.connect((servers[4] ?? server).sid), isCode("OutOfMemory", "connections"));
    const [one, other] = [new AbortController(), new AbortController()];
    const waiters = [one, other].map(({ signal }) =>
      assert.rejects(kernel.connect(Sid.random(), { signal }), { name: "AbortError" }),
    );
    await assert.rejects(kernel.connect(Sid.random()), isCode("OutOfMemory", "waiters"));
    for (const each of [one, other]) each.abort();
    await Promise.all(waiters);
    await kernel.invite();
    await assert.rejects(kernel.invite(), isCode("OutOfMemory", "threads"));
    for (const connection of connections) connection.disconnect();
    for (const one of servers.slice(1)) one.destroy();
    await kernel.createServer().then((again) => again.destroy());
  });

  test("queueMax is 1 to 65536, and options of the kernel are whole numbers", async () => {
    for (const queueMax of [1, 65_536]) kernel.createServerSync({ queueMax }).destroy();
    for (const queueMax of [0, 65_537, 1.5])
      assert.throws(() => kernel.createServerSync({ queueMax }), isCode("InvalidArgument"));
    await assert.rejects(Kernel.start({ ring: { slots: 3 } }), isCode("InvalidArgument"));
    await assert.rejects(Kernel.start({ ring: { bytes: 32 } }), isCode("InvalidArgument"));
    await assert.rejects(Kernel.start({ threadsMax: 0 }), isCode("InvalidArgument"));
    await assert.rejects(Kernel.join(), isCode("InvalidArgument"));
  });

  test("K8 a blocking call to a server of one's own thread is Deadlock at once", async () => {
    using server = await kernel.createServer({ queueMax: 1 });
    using connection = await kernel.connect(server.sid);
    assert.throws(() => connection.blockingScalarSync(1), isCode("Deadlock"));
    connection.scalarSync(1);
    assert.throws(() => connection.scalarSync(1), isCode("Deadlock"));
    assert.throws(
      () => server.receiveSync({ timeoutMs: 0 }) && server.receiveSync({ timeoutMs: 1 }),
      isCode("Timeout"),
    );
  });

  test("K29 a narrowed id passes its opcodes alone, is counted, and is revoked alone", async () => {
    using server = await kernel.createServer();
    const narrowed = await server.narrow({ opcodes: [1, 2] });
    using whole = await kernel.connect(server.sid);
    using narrow = await kernel.connect(narrowed.sid);
    assert.equal(narrow.tryScalar(3), "AccessDenied");
    await assert.rejects(narrow.blockingScalar(0), isCode("AccessDenied"));
    await narrow.scalar(2);
    await whole.scalar(3);
    assert.deepEqual([(await server.receive()).id, (await server.receive()).id], [2, 3]);
    await kernel.inspect();
    assert.equal(server.denied, 2);
    narrowed.revoke();
    // That a server ended keeps no program alive: so this test waits for it by itself.
    while (narrow.alive) await new Promise(setImmediate);
    await assert.rejects(narrow.scalar(2), isCode("ServerNotFound"));
    assert.equal(await kernel.tryConnect(narrowed.sid), "ServerNotFound");
    await whole.scalar(4);
    assert.equal((await server.receive()).id, 4);
    for (const opcodes of [[-1], [2 ** 32], ["1"] as unknown as number[]]) {
      await assert.rejects(server.narrow({ opcodes }), isCode("InvalidArgument"));
    }
  });

  test("leaving ends what waits", async () => {
    await using other = await Kernel.start();
    const server = await other.createServer();
    const receiving = server.receive();
    const connecting = other.connect(Sid.random());
    const failed = [
      assert.rejects(receiving, isCode("ServerNotFound")),
      assert.rejects(connecting, isCode("InternalError")),
    ];
    await other.leave();
    await Promise.all(failed);
    await assert.rejects(other.createServer(), isCode("InternalError"));
  });
});
