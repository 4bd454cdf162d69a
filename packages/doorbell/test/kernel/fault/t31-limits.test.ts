/** T31: every limit of the kernel's options: L - 1 and L are accepted, L + 1 is refused by name, and nothing is half done. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { Broker } from "../../../src/kernel/broker/broker.ts";
import type { KernelLimits } from "../../../src/kernel/broker/protocol.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel, type KernelOptions } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { RingSize } from "../../../src/kernel/ring/layout.ts";
import type { ServerOptions } from "../../../src/kernel/thread/server.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { RawParty } from "../support/raw-party.ts";

type Limit = keyof KernelLimits | keyof RingSize | Exclude<keyof ServerOptions, "sid" | "onDisconnect" | "recycle">;

/** What is asked is refused by this name, and the kernel is as it was. */
async function refused(kernel: Kernel, code: string, detail: string | undefined, run: () => unknown): Promise<void> {
  const before = await kernel.inspect();
  const error: unknown = await (async () => run())().then(
    () => assert.fail(`one more than the limit (${detail ?? code}) was accepted`),
    (reason: unknown) => reason,
  );
  const told = error as { code?: string; detail?: string };
  assert.deepEqual([told.code, told.detail], [code, detail]);
  assert.deepEqual(await kernel.inspect(), before, "what was refused is half done");
}

/** A kernel whose server is in another thread, which takes nothing by itself. */
interface IdleServer extends AsyncDisposable {
  readonly kernel: Kernel;
  readonly raw: RawParty;
  readonly connection: Connection;
}

async function idleServer(options: KernelOptions, queueMax: number): Promise<IdleServer> {
  const kernel = await Kernel.start(options);
  const raw = new RawParty(await kernel.invite());
  const sid = Sid.random();
  const laid = await raw.serve(sid, queueMax);
  const connection = await kernel.connect(sid);
  await laid();
  return { kernel, raw, connection, [Symbol.asyncDispose]: () => kernel.leave() };
}

/** Nothing of any kind has room; what was to be sent is the sender's still. */
async function noRoom(kernel: Kernel, connection: Connection, full: number): Promise<void> {
  const before = await kernel.inspect();
  const memory = Memory.copyOf(Uint8Array.of(1, 2, 3));
  assert.equal(connection.tryScalar(1), "ServerQueueFull", "one too many was taken");
  assert.equal(connection.tryScalars(1, new Float64Array(8)), 0, "one too many was taken");
  assert.equal(connection.tryBlockingScalar(1), "ServerQueueFull", "one too many was taken");
  for (const form of ["tryLend", "tryMutableLend", "tryMove"] as const) {
    assert.equal(connection[form](1, memory), "ServerQueueFull", "one too many was taken");
    assert.deepEqual([memory.place, ...memory.bytes], ["here", 1, 2, 3], "what was refused is half done");
  }
  await assert.rejects(connection.scalar(1, [], { timeoutMs: 5 }), { code: "Timeout", detail: "unsent" });
  await assert.rejects(connection.move(1, memory, { timeoutMs: 5 }), { code: "Timeout", detail: "unsent" });
  assert.equal(memory.place, "here", "what was refused is half done");
  const after = await kernel.inspect();
  assert.deepEqual(after, before, "what was refused is half done");
  assert.equal(after.servers.find(({ queued }) => queued > 0)?.queued, full);
}

/** One test for each limit. The type demands that none is left out; so does a test, as types are gone when it runs. */
const tests: Readonly<Record<Limit, () => Promise<void>>> = {
  async threadsMax() {
    await using kernel = await Kernel.start({ threadsMax: 3 });
    const second = new RawParty(await kernel.invite());
    using third = new RawParty(await kernel.invite());
    await third.hears("welcome");
    await refused(kernel, "OutOfMemory", "threads", () => kernel.invite());
    await refused(kernel, "OutOfMemory", "threads", () => kernel.spawn(new URL("./t27-peer.js", import.meta.url)));
    second[Symbol.dispose]();
    while ((await kernel.inspect()).threads.length > 2) await new Promise(setImmediate);
    new RawParty(await kernel.invite())[Symbol.dispose]();
  },

  async serversMax() {
    await using kernel = await Kernel.start({ serversMax: 3 });
    const server = await kernel.createServer();
    const second = await kernel.createServer();
    const narrowed = await server.narrow({ opcodes: [1] });
    await refused(kernel, "OutOfMemory", "servers", () => kernel.createServer());
    await refused(kernel, "OutOfMemory", "servers", () => kernel.createServerSync());
    await refused(kernel, "OutOfMemory", "servers", () => server.narrow({ opcodes: [1] }));
    await refused(kernel, "OutOfMemory", "servers", () => server.narrowSync({ opcodes: [1] }));
    // A taken id is told first, full or not.
    await refused(kernel, "ServerExists", "", () => kernel.createServer({ sid: server.sid }));
    narrowed.revoke();
    await kernel.createServer();
    await refused(kernel, "OutOfMemory", "servers", () => kernel.createServer());
    second.destroy();
    await server.narrow({ opcodes: [1] });
  },

  async connectionsMax() {
    await using kernel = await Kernel.start({ connectionsMax: 2 });
    const servers = [];
    for (let made = 0; made < 3; made += 1) servers.push((await kernel.createServer()).sid);
    const [first, second, third] = servers as [Sid, Sid, Sid];
    await kernel.connect(first);
    const connection = await kernel.connect(second);
    // One more handle is no more connection.
    (await kernel.connect(first)).disconnect();
    await refused(kernel, "OutOfMemory", "connections", () => kernel.connect(third));
    await refused(kernel, "OutOfMemory", "connections", () => kernel.connectSync(third));
    await refused(kernel, "OutOfMemory", "connections", () => kernel.tryConnect(third));
    // One that waited for its server is refused when that comes.
    const late = Sid.random();
    const waiting = assert.rejects(kernel.connect(late), { code: "OutOfMemory", detail: "connections" });
    await kernel.createServer({ sid: late });
    await waiting;
    const { waiting: left, threads } = await kernel.inspect();
    assert.deepEqual([left, threads[0]?.connections], [0, 2]);
    connection.disconnect();
    const next = await kernel.connect(third);
    await next.scalar(1);
    // By name as well; the connection to the name server itself is not counted, and can still be made.
    using named = await kernel.names.register("named");
    await refused(kernel, "OutOfMemory", "connections", () => kernel.names.connect("named"));
    await refused(kernel, "OutOfMemory", "connections", () => kernel.names.connectSync("named"));
    await refused(kernel, "OutOfMemory", "connections", () => kernel.names.tryConnect("named"));
    assert.equal((await kernel.inspect()).threads[0]?.connections, 2);
    next.disconnect();
    (await kernel.names.connect("named")).disconnect();
    named.destroy();
  },

  async waitersMax() {
    await using kernel = await Kernel.start({ waitersMax: 2 });
    // The name server's first use is not what is looked at.
    await kernel.names.trustedInitDone();
    const stop = new AbortController();
    const wait = (): Promise<unknown> => kernel.connect(Sid.random(), { signal: stop.signal }).catch(() => "stopped");
    const waits = [wait(), wait()];
    await refused(kernel, "OutOfMemory", "waiters", () => kernel.connect(Sid.random()));
    await refused(kernel, "OutOfMemory", "waiters", () => kernel.connectSync(Sid.random()));
    await refused(kernel, "OutOfMemory", "waiters", () => kernel.names.connect("nobody"));
    await refused(kernel, "OutOfMemory", "waiters", () => kernel.names.connectSync("nobody"));
    assert.equal(await kernel.names.tryConnect("nobody"), "NotFound");
    // Who does not wait needs no place.
    assert.equal(await kernel.tryConnect(Sid.random()), "ServerNotFound");
    stop.abort();
    assert.deepEqual(await Promise.all(waits), ["stopped", "stopped"]);
    assert.equal((await kernel.inspect()).waiting, 0);
    await assert.rejects(kernel.connect(Sid.random(), { timeoutMs: 1 }), { code: "Timeout" });
  },

  async namesMax() {
    await using kernel = await Kernel.start({ namesMax: 2 });
    using first = await kernel.names.register("first");
    const second = await kernel.names.register("second", { maxConnections: 1 });
    await refused(kernel, "OutOfMemory", "names", () => kernel.names.register("third"));
    await refused(kernel, "OutOfMemory", "names", () => kernel.names.registerSync("third"));
    // A taken name is told first, full or not.
    await refused(kernel, "ServerExists", undefined, () => kernel.names.register("first"));
    // Servers without a name are not concerned.
    (await kernel.createServer()).destroy();
    await kernel.names.unregister("first", first.sid);
    (await kernel.names.register("third")).destroy();
    second.destroy();
    for (const name of ["one", "two"]) await kernel.names.register(name);
    await refused(kernel, "OutOfMemory", "names", () => kernel.names.register("three"));
  },

  async queueMax() {
    for (const queueMax of [1, 2, 7]) {
      await using idle = await idleServer({}, queueMax);
      const { kernel, connection } = idle;
      for (let sent = 0; sent < queueMax; sent += 1) assert.equal(connection.tryScalar(1), undefined);
      await noRoom(kernel, connection, queueMax);
    }
    // In one thread; where it is the server that hands places out again, and a call keeps its place until answered.
    await using kernel = await Kernel.start();
    using server = await kernel.createServer({ queueMax: 3 });
    using connection = await kernel.connect(server.sid);
    const calls = [1, 2, 3].map((id) => connection.blockingScalar(id));
    assert.equal(connection.tryScalar(1), "ServerQueueFull", "one too many was taken");
    const message = await server.receive();
    assert.equal(connection.tryScalar(1), "ServerQueueFull", "a call that is not answered has lost its place");
    assert(message.kind === "blockingScalar");
    message.answer(1);
    assert.equal(connection.tryScalar(1), undefined);
    assert.equal(connection.tryScalar(1), "ServerQueueFull", "one too many was taken");
    server.destroy({ force: true });
    await Promise.allSettled(calls);
    for (const queueMax of [1, 2, 65_535, 65_536]) (await kernel.createServer({ queueMax })).destroy();
    for (const queueMax of [0, -1, 65_537, 1.5, Number.NaN, "7" as unknown as number])
      await refused(kernel, "InvalidArgument", undefined, () => kernel.createServer({ queueMax }));
  },

  async slots() {
    for (const slots of [1, 2, 8]) {
      await using idle = await idleServer({ ring: { slots } }, 128);
      const { kernel, raw, connection } = idle;
      for (let sent = 0; sent < slots; sent += 1) assert.equal(connection.tryScalar(1), undefined);
      await noRoom(kernel, connection, slots);
      assert.equal(raw.lane?.reader.available, slots, "one too many was taken");
      raw.lane?.reader.read();
      raw.lane?.reader.release();
      assert.equal(connection.tryScalar(1), undefined);
      assert.equal(connection.tryScalar(1), "ServerQueueFull", "one too many was taken");
    }
  },

  async bytes() {
    await using idle = await idleServer({ ring: { bytes: 64 } }, 128);
    const { kernel, raw, connection } = idle;
    const place = (): readonly [number | undefined, number | undefined] => {
      const slot = raw.lane?.reader.read();
      raw.lane?.reader.release();
      return [slot?.where, slot?.length];
    };
    for (const length of [32, 31, 1]) assert.equal(connection.tryMove(1, new Memory(length)), undefined);
    const before = await kernel.inspect();
    const memory = Memory.copyOf(Uint8Array.of(9));
    assert.equal(connection.tryMove(1, memory), "ServerQueueFull", "one too many was taken");
    assert.equal(connection.tryLend(1, memory), "ServerQueueFull", "one too many was taken");
    assert.deepEqual([memory.place, ...memory.bytes], ["here", 9], "what was refused is half done");
    assert.deepEqual(await kernel.inspect(), before, "what was refused is half done");
    assert.equal(connection.tryScalar(1), undefined, "what has no bytes is not concerned");
    assert.equal(connection.tryMove(1, new Memory(33)), undefined, "what goes by the port is not concerned");
    place();
    assert.equal(connection.tryMove(1, memory), undefined, "there is room again");
    while ((raw.lane?.reader.available ?? 0) > 0) place();
    // Half of it is in line at most; what is longer goes by the port.
    for (const [length, where] of [
      [31, 1],
      [32, 1],
      [33, 2],
    ] as const) {
      assert.equal(connection.tryMove(1, new Memory(length)), undefined);
      assert.deepEqual(place(), [where, length]);
    }
  },
};

for (const [name, run] of Object.entries(tests)) test(`T31 limits: ${name}`, { timeout: 30_000 }, run);

test("T31 limits: every limit there is has its test", (t) => {
  const { limits, ring } = new Broker({
    post: () => {},
    channel: () => assert.fail("no lane is laid"),
    later: () => assert.fail("nothing is left for later"),
  });
  const all = [...Object.keys(limits), ...Object.keys(ring), "queueMax"];
  assert.deepEqual(Object.keys(tests).sort(), all.sort());
  report(t, `T31 kernel limits: covered ${Object.keys(tests).length} of ${all.length} options`);
});

test("T31 limits: an option out of its range is refused by name, and no kernel is started", async () => {
  for (const name of ["threadsMax", "serversMax", "connectionsMax", "waitersMax", "namesMax"])
    for (const value of [0, -1, 1.5, Number.NaN, 2 ** 24 + 1, "7" as unknown as number])
      await assert.rejects(Kernel.start({ [name]: value }), {
        code: "InvalidArgument",
        message: new RegExp(`^${name} `),
      });
  for (const [name, values] of Object.entries({ slots: [0, 3, 2 ** 25], bytes: [32, 63, 65, 2 ** 25] }))
    for (const value of values)
      await assert.rejects(Kernel.start({ ring: { [name]: value } }), {
        code: "InvalidArgument",
        message: new RegExp(`^${name} `),
      });
  await (
    await Kernel.start({ threadsMax: 1, serversMax: 2 ** 24, waitersMax: 1, ring: { slots: 1, bytes: 64 } })
  ).leave();
});
