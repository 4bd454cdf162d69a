/** T23: no error of the kernel, of whatever code, holds an id. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { decode, encodeNew } from "../../../src/kernel/archive/archive.ts";
import { list } from "../../../src/kernel/archive/composites.ts";
import { u32, u8 } from "../../../src/kernel/archive/scalars.ts";
import { text } from "../../../src/kernel/archive/strings.ts";
import { KernelError, type KernelErrorCode, kernelErrorCodes } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { bigWords } from "../support/asked-broker.ts";
import { Evidence } from "../support/evidence.ts";

/** Codes of which nothing that there is makes an error yet. When something does, it belongs above. */
const unused = ["MemoryInUse", "LimitReached", "ThreadNotFound"];

test("T23 errors of every code hold no id", { timeout: 60_000 }, async (t) => {
  const evidence = new Evidence();
  const codes = new Set<KernelErrorCode>();
  const fails = async (where: string, run: () => unknown): Promise<void> => {
    const error: unknown = await (async () => run())().then(
      () => assert.fail(`${where} does not fail`),
      (reason: unknown) => reason,
    );
    if (error instanceof KernelError) codes.add(error.code);
    evidence.see(where, error);
    evidence.see(`${where}, wrapped`, new Error("wrapped", { cause: error }));
  };
  await using kernel = await Kernel.start({ serversMax: 3, waitersMax: 1 });
  const sid = evidence.know("the server", Sid.from(bigWords()));
  const words = sid.words();
  using server = await kernel.createServer({ sid });
  const narrowed = await server.narrow({ opcodes: [1] });
  evidence.know("the narrowed id", narrowed.sid);
  const connection = await kernel.connect(sid);
  using narrow = await kernel.connect(narrowed.sid);
  const absent = evidence.know("nobody's", Sid.from(bigWords()));

  await fails("a taken id", () => kernel.createServer({ sid }));
  await fails("a taken id, blocking", () => kernel.createServerSync({ sid }));
  await fails("an opcode that does not pass", () => narrow.scalar(2));
  await fails("a server that does not come", () => kernel.connect(absent, { timeoutMs: 5 }));
  await fails("a server that does not come, blocking", () => kernel.connectSync(absent, { timeoutMs: 5 }));
  await fails("a blocking call to oneself", () => connection.blockingScalarSync(1));
  const full = await kernel.createServer();
  await fails("a full table", () => kernel.createServer({ sid: absent }));
  full.destroy();

  using named = await kernel.names.register("named");
  evidence.know("the named server", named.sid);
  await fails("a name that is an id", () => kernel.names.connect(words.join(",").padEnd(64)));
  await fails("a name that is taken", () => kernel.names.register("named", { sid: absent }));
  await fails("a name of another server", () => kernel.names.unregister("named", sid));
  await fails("no such name", () => kernel.names.unregisterSync("nobody", named.sid));
  await fails("a name that does not come", () => kernel.names.connectSync("nobody", { timeoutMs: 5 }));
  named.destroy();

  const dropped = connection.blockingScalar(1);
  (await server.receive())[Symbol.dispose]();
  await fails("a call that is dropped", () => dropped);
  const answered = connection.blockingScalar(1);
  const message = await server.receive();
  assert(message.kind === "blockingScalar");
  await fails("a server with answers owed", () => server.destroy());
  await fails("an answer of three numbers", () => message.answer(...([1, 2, 3] as unknown as [number])));
  message.answer(1);
  await answered;
  await fails("a second answer", () => message.answer(1));
  const memory = Memory.copyOf(new Uint8Array(Uint32Array.from(words).buffer));
  const lent = connection.lend(1, memory);
  await fails("memory that is lent", () => memory.bytes);
  (await server.receive())[Symbol.dispose]();
  await lent;

  // Arguments of a wrong shape, which hold the id themselves.
  await fails("five words", () => Sid.from([...words, 1]));
  await fails("a word too large", () => Sid.from([words[0], words[1], words[2], 2 ** 32]));
  await fails("words for an id", () => kernel.connect(words as unknown as Sid));
  await fails("text for an id", () => kernel.connect(words.join(",") as unknown as Sid));
  await fails("a queue of an id", () => kernel.createServer({ sid, queueMax: sid as unknown as number }));
  await fails("an opcode that is an id", () => connection.scalar(sid as unknown as number));
  await fails("words of a message", () => connection.scalar(1, [...words, 1]));
  await fails("an id for a number", () => connection.scalar(1, [sid as unknown as number]));
  await fails("opcodes of an id", () => server.narrow({ opcodes: sid as unknown as number[] }));
  await fails("too long a well-known id", () => Sid.wellKnown(words.join(",")));

  // Values that are ids, in shapes that do not hold them.
  const bytes = encodeNew(list(u32, 4), [...words]);
  await fails("a word in a byte", () => encodeNew(u8, words[0]));
  await fails("words in a short list", () => encodeNew(list(u32, 3), [...words]));
  await fails("text too long", () => encodeNew(text(8), words.join(",")));
  await fails("bytes that are no text", () => decode(text(8), bytes));
  await fails("bytes that are no list", () => decode(list(u32, 2), bytes));
  await fails("bytes too many", () => decode(u32, bytes));

  await fails("a comparison of ids", () => assert.equal(sid, absent));
  await fails("a clone to a thread", () => structuredClone({ sid, kernel, run: () => sid }));
  narrowed.revoke();
  while (narrow.alive) await new Promise(setImmediate);
  await fails("an id that was revoked", () => narrow.scalar(1));
  connection.disconnect();
  await fails("a connection that was given up", () => connection.scalar(1));
  server.destroy();
  await fails("a server that was destroyed", () => server.receive());
  await fails("a narrowing of a server that was destroyed", () => server.narrow({ opcodes: [1] }));
  await kernel.leave();
  await fails("a kernel that has ended", () => kernel.connect(sid));

  const hits = evidence.hits();
  assert.equal(hits.length, 0, `an id was found: ${hits.slice(0, 12).join("; ")}`);
  assert.deepEqual(
    [...codes, ...unused].sort(),
    [...kernelErrorCodes].sort(),
    "every code is made, or named as unused",
  );
  report(t, `T23 secrets, errors: ${codes.size} codes, ${evidence.size.texts} texts, 0 hits`);
});
