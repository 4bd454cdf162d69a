/** The canaries of T23 (secrets), T24 (timing) and T27 (leaks): see canaries.test.ts. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const broker = "src/kernel/broker/broker.ts";
const keys = "src/kernel/broker/tables.ts";
const sid = "src/kernel/ids.ts";
const t23 = "test/kernel/fault/t23-secrets.test.ts";
const t23Errors = "test/kernel/fault/t23-errors.test.ts";
const t24 = "test/kernel/fault/t24-guessing.test.ts";
const t27 = "test/kernel/fault/t27-leak.test.ts";

runCanaries(import.meta.dirname, {
  "T23's canary: an id that prints itself is caught": {
    name: "t23-prints",
    file: sid,
    find: "printed(Sid.prototype, () => redacted);",
    replace: "printed(Sid.prototype, (sid) => Buffer.from(sid.#words.buffer).toString('base64url'));",
    test: t23,
    only: "between threads",
    fails: /an id was found: .* as base64url, little, in sid/,
  },
  "T23's canary: an id in JSON is caught in a program's console": {
    name: "t23-json",
    file: sid,
    find: "toJSON(): string {\n    return redacted;",
    replace: "toJSON(): string {\n    return this.#words.join('-');",
    test: t23,
    only: "the console",
    fails: /an id was found/,
  },
  "T23's canary: a message of the kernel with an id in it is caught": {
    name: "t23-told-server",
    file: broker,
    find: "if (entry !== undefined) return this.#open(from, request, entry);",
    replace:
      'if (entry !== undefined) this.#powers.post(entry.thread, { type: "known", sid } as never);\n    if (entry !== undefined) return this.#open(from, request, entry);',
    test: t23,
    only: "between threads",
    fails: /in what the kernel tells a server's thread/,
  },
  "T23's canary: an id told to a client is caught": {
    name: "t23-told-client",
    file: broker,
    find: "if (entry !== undefined) return this.#open(from, request, entry);",
    replace:
      'if (entry !== undefined) this.#powers.post(from.thread, { type: "known", sid } as never);\n    if (entry !== undefined) return this.#open(from, request, entry);',
    test: t23,
    only: "between threads",
    fails: /an id was found: .*in what the kernel tells the (holder|bystander)/,
  },
  "T23's canary: an id in an error's detail is caught": {
    name: "t23-detail",
    file: "src/kernel/thread/server.ts",
    find: 'waitFor(context, making.reply, {}, "", () => {});',
    replace:
      'waitFor(context, making.reply, {}, "", () => {}).catch((error: unknown) => {\n      throw Object.assign(error as object, { detail: making.server.sid.words().join() });\n    });',
    test: t23Errors,
    fails: /an id was found: .*in a taken id/,
  },
  "T24's canary: a look-up that compares until the first difference is caught": {
    name: "t24-early-exit",
    file: keys,
    find: "return createHmac(",
    replace:
      "const text = words.join();\n    const seen = (globalThis as any).seen ??= text;\n    let same = 0;\n    while (same < text.length && seen[same] === text[same]) same += 1;\n    if (same >= 0) return text;\n    return createHmac(",
    test: t24,
    only: "the time of a refusal",
    fails: /the time tells how much of a guess is right/,
    patience: 1,
  },
  "T27's canary: memory of Node's pool, posted whole, is caught": {
    name: "t27-pooled",
    file: "src/kernel/memory.ts",
    find: "const memory = new Memory(bytes.length);\n    memory.bytes.set(bytes);",
    replace: "const memory = new Memory(Buffer.from(bytes).buffer);",
    test: t27,
    only: "do(es)? not mix|shares holds",
    fails: /larger than they are|neighbour's bytes|Expected values to be strictly deep-equal/,
  },
  "T27's canary: slots that are left behind are caught": {
    name: "t27-leaves-slots",
    file: "src/kernel/ring/ring.ts",
    find: "wipe < end; wipe += 1) numbers[wipe] = 0;",
    replace: "wipe < end - 4; wipe += 1) numbers[wipe] = 0;",
    test: t27,
    only: "slots and bytes",
    fails: /still there to be read/,
  },
});
