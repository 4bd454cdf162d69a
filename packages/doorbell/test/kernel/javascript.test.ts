/** Mistakes that the types would find: from JavaScript they fail at once, and the error names what is wrong. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";

import { text } from "../../src/kernel/archive/strings.ts";
import { KernelError } from "../../src/kernel/errors.ts";
import type { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { blockingScalar, lend, scalar, service } from "../../src/kernel/service/service.ts";
import type { WaitOptions } from "../../src/kernel/types.ts";

const Counter = service({ add: scalar(0), total: blockingScalar(1) });

describe("callers without types", () => {
  let kernel: Kernel;
  before(async () => void (kernel = await Kernel.start()));
  after(async () => await kernel.leave());

  const invalid = async (call: () => unknown, message: RegExp): Promise<void> => {
    const error = await Promise.resolve()
      .then(call)
      .then(
        () => assert.fail("it was accepted"),
        (cause: unknown) => cause as KernelError,
      );
    assert.equal(error.code, "InvalidArgument", inspect(error));
    assert.match(error.message, message);
  };

  test("a text or four words instead of a Sid are refused, and not shown", async () => {
    const secret = "a0b1c2d3";
    for (const wrong of [secret, [1, 2, 3, 4], undefined, null, { words: () => [1, 2, 3, 4] }]) {
      const sid = wrong as unknown as Sid;
      for (const call of [
        () => kernel.connect(sid),
        () => kernel.connectSync(sid),
        () => kernel.tryConnect(sid),
        () => kernel.names.unregister("name", sid),
        () => kernel.names.unregisterSync("name", sid),
        // Without one, an id is made.
        ...(wrong === undefined ? [] : [() => kernel.createServer({ sid })]),
      ])
        await invalid(call, /^(?!.*a0b1c2d3).*Sid\.from/);
    }
  });

  test("an option that a call does not have is named, with those that it has", async () => {
    using server = await kernel.createServer(Counter);
    using counter = await kernel.connect(server.sid, Counter);
    const { connection } = counter;
    await counter.add(1);
    const message = await server.server.receive();
    const wrong = (name: string): never => ({ [name]: 5 }) as never;
    for (const call of [
      () => kernel.connect(server.sid, wrong("timeout")),
      () => kernel.connectSync(server.sid, wrong("timeout")),
      () => kernel.names.connect("name", wrong("timeout")),
      () => kernel.names.connectSync("name", wrong("timeout")),
      () => connection.blockingScalar(1, [], wrong("timeout")),
      () => connection.blockingScalarSync(1, [], wrong("timeout")),
      () => connection.scalar(0, [], wrong("timeout")),
      () => message.forward(connection, 0, wrong("timeout")),
      () => message.forwardSync(connection, 0, wrong("timeout")),
      () => server.receive(wrong("timeout")),
      () => server.receiveSync(wrong("timeout")),
    ])
      await invalid(call, /timeout;.*timeoutMs/);
    await invalid(() => kernel.createServer(wrong("queue")), /no option queue;.*queueMax/);
    await invalid(() => kernel.createServer(Counter, wrong("queue")), /no option queue;.*queueMax/);
    await invalid(
      () => kernel.names.register("name", wrong("maxConnection")),
      /no option maxConnection;.*maxConnections/,
    );
    await invalid(() => server.server.narrow(wrong("opcode")), /no option opcode;.*opcodes/);
    await invalid(() => server.server.destroy(wrong("forced")), /no option forced;.*force/);
    await invalid(() => Kernel.start(wrong("prot")), /no option prot/);
    await invalid(() => kernel.connect(server.sid, 5 as unknown as WaitOptions), /as an object: \{ timeoutMs/);
  });

  test("a handler that is left out is named, before anything is served", async () => {
    using server = await kernel.createServer(Counter);
    await invalid(() => server.serve({ add: () => {} } as never), /opcode total has no handler/);
    await invalid(() => server.serve(undefined as never), /opcode add has no handler/);
    await invalid(() => server.serve({ add: () => {}, total: 3 } as never), /opcode total has no handler/);
  });

  test("what a service's client and server are given beside what they take is refused", async () => {
    const Text = service({ say: lend(0, { value: text(9) }) });
    using server = await kernel.createServer(Text);
    using client = await kernel.connect(server.sid, Text);
    const say = client.say as (...given: unknown[]) => unknown;
    await invalid(() => say("a", { timeoutMs: 1 }), /client\.with\(\{ timeoutMs \}\)/);
    await invalid(() => server.narrow({ opcode: ["say"] } as never), /no option opcode;/);
    await invalid(() => server.narrow({ opcodes: "say" } as never), /list of the service's opcodes/);
    await invalid(() => server.narrow(undefined as never), /as an object: \{ opcodes/);
    await invalid(() => server.narrow({ opcodes: ["sya"] } as never), /no opcode sya/);
  });

  test("a worker is given no Sid that would arrive empty, and no option that there is not", async () => {
    const url = new URL("../support/served.js", import.meta.url);
    using server = await kernel.createServer();
    for (const data of [server.sid, { sid: server.sid }])
      await invalid(() => kernel.spawn(url, { data }), /sid\.words\(\)/);
    await invalid(() => kernel.spawn(url, { dta: 4 } as never), /no option dta;/);
  });

  test("options behind an undefined service count all the same", async () => {
    const late = { timeoutMs: 1 };
    const isLate = { code: "Timeout" };
    await assert.rejects(kernel.names.connect("nobody", undefined as never, late), isLate);
    assert.throws(() => kernel.names.connectSync("nobody", undefined as never, late), isLate);
    using server = await kernel.createServer(undefined as never, { queueMax: 1 });
    const { servers } = await kernel.inspect();
    assert.deepEqual(
      servers.map(({ queueMax }) => queueMax),
      [1],
    );
    server.destroy();
  });

  test("an error without a detail does not speak of one", () => {
    assert.doesNotMatch(inspect(new KernelError("Timeout", "late")), /detail/);
    assert.match(inspect(new KernelError("Deadlock", "round", { detail: "cycle" })), /detail: 'cycle'/);
  });
});
