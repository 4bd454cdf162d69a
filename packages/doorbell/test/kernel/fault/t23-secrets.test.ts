/** T23: whatever is logged, thrown, cloned, told or posted, no id is in it in any form. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";
import { within } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { scalar, service } from "../../../src/kernel/service/service.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Message } from "../../../src/kernel/types.ts";
import { bigWords } from "../support/asked-broker.ts";
import { Evidence } from "../support/evidence.ts";
import { RawParty } from "../support/raw-party.ts";
import { formsOf } from "../support/sid-forms.ts";
import { tap } from "../support/tap.ts";

function assertClean(evidence: Evidence): void {
  const hits = evidence.hits();
  assert.equal(hits.length, 0, `an id was found: ${hits.slice(0, 12).join("; ")}`);
}

/** Answers what comes, drops what has opcode 2, keeps what has opcode 3; shows all of it. */
async function serve(server: ServerHandle, name: string, evidence: Evidence): Promise<void> {
  const kept: Message[] = [];
  for await (const message of server) {
    evidence.see(`a ${message.kind} to ${name}`, message);
    if (message.id === 3) kept.push(message);
    else if (message.id !== 2 && message.kind === "blockingScalar") message.answer(1, 2, 3, 4, 5);
    else message[Symbol.dispose]();
  }
}

describe("T23 secrets", () => {
  test("the search finds an id in every form that it is planted in", (t) => {
    const sid = Sid.from(bigWords());
    const words = Uint32Array.from(sid.words());
    const bytes = Buffer.from(words.buffer);
    const swapped = Buffer.from(bytes).swap32();
    const plants: Record<string, unknown> = {
      words: sid.words(),
      "one word": { deep: [{ word: sid.words()[2] }] },
      "signed words": new Int32Array(words.buffer),
      bytes: new Uint8Array(bytes),
      buffer: bytes,
      "array buffer": words.buffer,
      "numbers of a slot": Float64Array.from(words).buffer,
      "map and set": new Map([["x", new Set(words)]]),
      "big integers": new BigUint64Array(words.buffer.slice(0)),
      error: new Error("no", { cause: new Error(`server ${sid.words().join(",")}`) }),
      "a pooled neighbour": new Uint8Array(Buffer.concat([Buffer.from("abc"), bytes, Buffer.from("d")]).buffer, 0, 0),
    };
    for (const [order, buffer] of Object.entries({ little: bytes, big: swapped })) {
      for (const encoding of ["hex", "base64", "base64url", "latin1"] as const)
        plants[`${encoding} ${order}`] = `x${buffer.toString(encoding)}y`;
      plants[`HEX ${order}`] = buffer.toString("hex").toUpperCase();
      plants[`base64 inside ${order}`] = Buffer.concat([Buffer.from("x"), buffer, Buffer.from("yz")]).toString(
        "base64",
      );
      plants[`decimal ${order}`] = String(BigInt(`0x${buffer.toString("hex")}`));
    }
    for (const [name, value] of Object.entries(plants)) {
      const evidence = new Evidence();
      evidence.know("planted", sid);
      evidence.see(name, value);
      assert.notEqual(evidence.hits().length, 0, `not found: ${name}`);
    }
    const other = new Evidence();
    other.know("another", Sid.from(bigWords()));
    for (const [name, value] of Object.entries(plants)) other.see(name, value);
    assertClean(other);
    report(t, `T23 secrets, search: ${Object.keys(plants).length} plants found, ${formsOf(sid).length} forms`);
  });

  test("nothing shows an id between threads", { timeout: 60_000 }, async (t) => {
    const evidence = new Evidence();
    await using kernel = await Kernel.start({ serversMax: 6, connectionsMax: 5 });
    const known = (name: string): Sid => evidence.know(name, Sid.from(bigWords()));
    const whole = await kernel.createServer({ sid: known("the server") });
    const open = await kernel.createServer({ sid: known("the public server") });
    const tellers = service({ tell: scalar(1) });
    const typed = await kernel.createServer(tellers, { sid: known("the service") });
    const narrowed = await whole.narrow({ opcodes: [1, 2, 3] });
    evidence.know("the narrowed id", narrowed.sid);
    const serving = [serve(whole, "the server", evidence), serve(open, "the public server", evidence)];

    // A server in a thread that shows all that it is told.
    using raw = new RawParty(await kernel.invite());
    const rawSid = known("the raw server");
    const laid = await raw.serve(rawSid);
    const toRaw = await kernel.connect(rawSid);
    await laid();
    await toRaw.scalar(1, [1, 2, 3, 4]);
    const lent = toRaw.lend(1, Memory.copyOf(Uint8Array.of(1, 2, 3))).catch((error: unknown) => {
      evidence.see("a lend to a thread that ends", error);
    });
    await toRaw.move(1, new Memory(20_000));
    for (const message of raw.all) evidence.see("what the kernel tells a server's thread", message);

    // Two clients, each with an id of its own, and all that the kernel posts to them.
    const parties = ["holder", "bystander"].map(async (name) => {
      const sid = name === "holder" ? narrowed.sid : open.sid;
      const told: unknown[] = [];
      const port = tap(await kernel.invite(), (message) => void told.push(message));
      const worker = new Worker(new URL("./t23-party.js", import.meta.url), {
        workerData: { port, sid: sid.words() },
        transferList: [port],
        stdout: true,
        stderr: true,
      });
      for (const stream of [worker.stdout, worker.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => evidence.seeText(`the ${name}'s console`, text));
      const exited = once(worker, "exit");
      const [texts] = (await once(worker, "message")) as [string[]];
      evidence.seeText(`what the ${name} prints`, ...texts);
      assert.deepEqual(await exited, [0]);
      // With the memory that came along, as it was left.
      for (const message of told) evidence.see(`what the kernel tells the ${name}`, message);
    });
    await within("the end of both clients", Promise.all(parties), 30_000);

    const connection = await kernel.connect(whole.sid);
    const client = await kernel.connect(typed.sid, tellers);
    await client.tell(1);
    const typedMessage = await typed.receive();
    const things = { kernel, whole, typed, narrowed, connection, client, typedMessage, tellers, sid: whole.sid };
    for (const [name, value] of Object.entries(things)) evidence.see(name, value);
    evidence.see("the report", await kernel.inspect());

    raw[Symbol.dispose]();
    await lent;
    whole.destroy({ force: true });
    open.destroy({ force: true });
    await Promise.all(serving);
    await kernel.leave();
    assertClean(evidence);
    const { texts, characters, forms, secrets } = evidence.size;
    assert(texts > 500, `there is something to search: ${texts} texts`);
    report(t, `T23 secrets: 0 hits in ${texts} texts of ${characters} characters, ${secrets} ids in ${forms} forms`);
  });

  test("the console of a program that logs all and dies of an error", { timeout: 60_000 }, async (t) => {
    const evidence = new Evidence();
    const sid = evidence.know("the program's server", Sid.from(bigWords()));
    // A file takes all of it: a full pipe loses the last words of a program that dies.
    using folder = newFolder();
    const path = `${folder.path}/console`;
    const written = openSync(path, "w");
    const child = spawn(process.execPath, [new URL("./t23-child.js", import.meta.url).pathname], {
      env: { ...process.env, NODE_DEBUG: "worker,esm,timer", DOORBELL_TEST_WORDS: JSON.stringify(sid.words()) },
      stdio: ["ignore", written, written],
    });
    await within("the child's end", once(child, "close"), 30_000);
    closeSync(written);
    const output = readFileSync(path, "utf8");
    evidence.seeText("the console", output);
    assert.match(output, /Sid\(redacted\)/);
    assert.match(output, /Error: of Sid\(redacted\)/);
    assertClean(evidence);
    report(t, `T23 secrets, console: 0 hits in ${output.length} characters`);
  });
});
