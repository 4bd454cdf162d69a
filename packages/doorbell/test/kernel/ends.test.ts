import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import { KernelError } from "../../src/kernel/errors.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Memory } from "../../src/kernel/memory.ts";
import type { ServerHandle } from "../../src/kernel/thread/server.ts";

const isGone = (error: unknown) => error instanceof KernelError && error.code === "ServerNotFound";
const url = new URL("./ends-worker.js", import.meta.url);

for (const how of ["exit", "throw", "return", "leave", "terminate"]) {
  test(
    `K18 a thread that ends (${how}) ends the calls to it, blocked and awaited, and what it had`,
    { timeout: 30_000 },
    async () => {
      await using kernel = await Kernel.start();
      const sid = Sid.random();
      const gone: number[] = [];
      using mine = await kernel.createServer({ onDisconnect: (sender) => gone.push(sender) });
      const thread = await kernel.spawn(url, {
        data: { own: sid.words(), other: mine.sid.words(), how: how === "terminate" ? "block" : how },
      });
      thread.worker.on("error", (error) => assert.equal(error.message, "as told"));
      // It is connected here as well, and has sent.
      assert.equal((await mine.receive()).id, 0);
      const connection = await kernel.connect(sid);
      const ended = connection.ended;
      const memory = Memory.copyOf(Uint8Array.of(1, 2, 3));
      const first = connection.mutableLend(1, memory, { timeoutMs: 10_000 });
      const failed = assert.rejects(first, isGone);
      const never = how === "terminate" ? connection.blockingScalar(2, [], { timeoutMs: 10_000 }) : undefined;
      if (never === undefined) {
        // This thread is parked when the other ends, and sees no exit event.
        assert.throws(() => connection.blockingScalarSync(2, [], { timeoutMs: 10_000 }), isGone);
      } else {
        const failedToo = assert.rejects(never, isGone);
        await thread.terminate();
        await failedToo;
      }
      await failed;
      await ended;
      // A mutable lend whose server died comes back as it was lent.
      assert.deepEqual([...memory.bytes], [1, 2, 3]);
      await assert.rejects(connection.scalar(1), isGone);
      await thread.exited.catch(() => {});
      for (let report = await kernel.inspect(); ; report = await kernel.inspect()) {
        if (report.threads.length > 1) continue;
        assert.deepEqual(
          report.servers.map(({ connections }) => connections),
          [[]],
        );
        assert.equal(report.threads[0]?.connections, 0);
        break;
      }
      // K19: the server heard that its client has gone.
      assert.deepEqual(gone, [thread.thread]);
      // What the dead had sent and nobody received is discarded.
      assert.equal(mine.tryReceive(), undefined);
      // The id is free.
      await kernel.createServer({ sid }).then((server) => server.destroy());
    },
  );
}

test("K19 a maker has its server when it hears of the first client's end", { timeout: 30_000 }, async () => {
  await using kernel = await Kernel.start();
  const sid = Sid.random();
  const passed = new Int32Array(new SharedArrayBuffer(4));
  const url = new URL("./passer-by.js", import.meta.url);
  await kernel.spawn(url, { data: { sids: [sid.words()], passed } });
  const told = new Promise<unknown>((resolve) => {
    const making = kernel.createServer({ sid, onDisconnect: () => resolve(server?.sid) });
    let server: ServerHandle | undefined;
    void making.then((made) => (server = made));
    // This thread looks only when the client has come and gone: it hears of its server and of both in one go.
    Atomics.wait(passed, 0, 0);
    kernel.createServerSync().destroy();
  });
  assert.equal(await told, sid);
});

test("K19 the maker of a server hears of its clients' ends, however it makes it", { timeout: 30_000 }, async () => {
  await using kernel = await Kernel.start();
  const gone: number[] = [];
  const onDisconnect = (sender: number): void => void gone.push(sender);
  const servers = [
    await kernel.createServer({ onDisconnect }),
    kernel.createServerSync({ onDisconnect }),
    await kernel.names.register("one", { onDisconnect }),
    kernel.names.registerSync("other", { onDisconnect }),
  ];
  const data = { sids: servers.map(({ sid }) => sid.words()), passed: new Int32Array(new SharedArrayBuffer(4)) };
  const { thread, exited } = await kernel.spawn(new URL("./passer-by.js", import.meta.url), { data });
  await exited;
  await kernel.inspect();
  assert.deepEqual(
    gone,
    servers.map(() => thread),
  );
});

test(
  "K19 a thread that only blocks, once it has its server, hears of its clients' ends",
  { timeout: 30_000 },
  async () => {
    await using kernel = await Kernel.start();
    const own = Sid.random();
    const { exited } = await kernel.spawn(new URL("./blocking-server.js", import.meta.url), { data: own.words() });
    for (let gone = 0; gone < 5; gone += 1) {
      const connection = await kernel.connect(own);
      assert.deepEqual(await connection.blockingScalar(1), [gone], "the ends that it has heard of");
      connection.disconnect();
      // The kernel has told the server's thread by the time that it answers this.
      await kernel.inspect();
    }
    await (await kernel.connect(own)).scalar(0);
    await exited;
  },
);

test("a worker that something else started joins by an invitation", async () => {
  await using kernel = await Kernel.start();
  const port = await kernel.invite();
  const code = `
    const { workerData } = require("node:worker_threads");
    import(${JSON.stringify(new URL("../../src/kernel/index.js", import.meta.url).href)}).then(async ({ Kernel, Sid }) => {
      const kernel = await Kernel.join(workerData.port);
      using_(await kernel.connect(Sid.from(workerData.sid)), kernel);
    });
    async function using_(connection, kernel) { await connection.blockingScalar(5, [kernel.thread]); await kernel.leave(); }`;
  using server = await kernel.createServer();
  const worker = new Worker(code, { eval: true, workerData: { port, sid: server.sid.words() }, transferList: [port] });
  const message = await server.receive({ timeoutMs: 20_000 });
  assert(message.kind === "blockingScalar" && message.id === 5);
  assert.equal(message.words[0], message.sender);
  message.answer(1);
  await new Promise((resolve) => worker.on("exit", resolve));
});

test("a thread that fails to start says so", async () => {
  await using kernel = await Kernel.start();
  const thread = await kernel.spawn(new URL("./no-such-file.js", import.meta.url));
  const error = await new Promise((resolve) => thread.worker.on("error", resolve));
  assert.match(String(error), /Cannot find module/);
  assert.equal(await thread.exited, 1);
});

test("K28 a kernel keeps no program alive, a pending receive does", async () => {
  const run = promisify(execFile);
  const module = new URL("../../src/kernel/index.js", import.meta.url).href;
  const program = (then: string): readonly string[] => [
    "--input-type=module",
    "-e",
    `import { Kernel } from ${JSON.stringify(module)}; const kernel = await Kernel.start(); const server = await kernel.createServer(); ${then}`,
  ];
  const { stdout } = await run(process.execPath, program("console.log('up')"));
  assert.equal(stdout, "up\n");
  const waits =
    "setTimeout(async () => { const c = await kernel.connect(server.sid); await c.scalar(7); }, 20).unref(); console.log((await server.receive()).id);";
  await run(process.execPath, program(waits)).then(
    ({ stdout }) => assert.equal(stdout, "7\n"),
    (error: unknown) => assert.fail(String(error)),
  );
});

test("K18 who is parked when the kernel ends is told", { timeout: 30_000 }, async () => {
  const kernel = await Kernel.start();
  const sid = Sid.random();
  const data = { sid: sid.words(), sync: true, counters: new SharedArrayBuffer(8) };
  const thread = await kernel.spawn(new URL("./fault/busy-server.js", import.meta.url), { data });
  const failed = new Promise((resolve) => thread.worker.on("error", resolve));
  using connection = await kernel.connect(sid);
  assert.deepEqual(connection.blockingScalarSync(1, [1, 2]), [3]);
  await kernel.leave();
  assert.equal(((await failed) as { code?: string }).code, "ServerNotFound");
});

test("K17 answers to the dead are owed no more", { timeout: 30_000 }, async () => {
  await using kernel = await Kernel.start();
  const server = await kernel.createServer();
  const data = { sid: server.sid.words(), counters: new SharedArrayBuffer(8) };
  const thread = await kernel.spawn(new URL("./fault/honest-client.js", import.meta.url), { data });
  const message = await server.receive();
  assert.throws(
    () => server.destroy(),
    (error: unknown) => error instanceof KernelError && error.detail === "owed",
  );
  await thread.terminate();
  while ((await kernel.inspect()).threads.length > 1) await new Promise(setImmediate);
  assert.equal(server.owed, 0);
  // Answering is allowed, and goes nowhere.
  if (message.kind === "blockingScalar") message.answer(1);
  server.destroy();
});
