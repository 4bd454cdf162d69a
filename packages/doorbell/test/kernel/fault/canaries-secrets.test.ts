/** The canaries of T23 (secrets), T24 (guessing), T27 (leaks) and T31 (limits): see canaries.test.ts. */
import { runCanaries } from "../../support/canaries.ts";

const broker = "src/kernel/broker/broker.ts";
const keys = "src/kernel/broker/sid-keys.ts";
const sid = "src/kernel/sid.ts";
const t23 = "test/kernel/fault/t23-secrets.test.ts";
const t23Errors = "test/kernel/fault/t23-errors.test.ts";
const t24 = "test/kernel/fault/t24-guessing.test.ts";
const t27 = "test/kernel/fault/t27-leak.test.ts";
const t31 = "test/kernel/fault/t31-limits.test.ts";
const constants = "test/kernel/fault/t31-constants.test.ts";
const oneMore = /one more than the limit/;

runCanaries({
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
    file: "src/kernel/thread/making.ts",
    find: 'waitFor(station, making.reply, {}, "", () => {});',
    replace:
      'waitFor(station, making.reply, {}, "", () => {}).catch((error: unknown) => {\n      throw Object.assign(error as object, { detail: making.server.sid.words().join() });\n    });',
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
  "T24's canary: a refusal that tells what once was is caught": {
    name: "t24-tells-the-past",
    file: broker,
    find: "this.#entries.delete(entry.key);",
    replace: "",
    test: t24,
    only: "a million guesses",
    fails: /told from one that never was/,
  },
  "T27's canary: memory of Node's pool, posted whole, is caught": {
    name: "t27-pooled",
    file: "src/kernel/memory/memory.ts",
    find: "const memory = new Memory(bytes.length);\n    memory.bytes.set(bytes);",
    replace: "const memory = new Memory(Buffer.from(bytes).buffer);",
    test: t27,
    only: "do(es)? not mix|shares holds",
    fails: /larger than they are|neighbour's bytes|Expected values to be strictly deep-equal/,
  },
  "T27's canary: slots that are left behind are caught": {
    name: "t27-leaves-slots",
    file: "src/kernel/ring/ring-reader.ts",
    find: "wipe < end; wipe += 1) numbers[wipe] = 0;",
    replace: "wipe < end - 4; wipe += 1) numbers[wipe] = 0;",
    test: t27,
    only: "slots and bytes",
    fails: /still there to be read/,
  },
  "T27's canary: a buffer that is used again and not overwritten is caught": {
    name: "t27-used-again",
    file: "src/kernel/thread/local-lane.ts",
    find: "buffer.slice(0)",
    replace: "new ArrayBuffer(buffer.byteLength)",
    test: t27,
    only: "do(es)? not mix",
    fails: /hold something else than was sent/,
  },
  ...Object.fromEntries(
    [
      ["threadsMax", "this.#entries.size - 1 >= this.#max", "threads"],
      ["serversMax", "this.#entries.size - this.#threads.own.servers.size >= this.limits.serversMax"],
      ["connectionsMax", "from.byIndex.size - ownConnections(from, this.#threads.own) >= this.limits.connectionsMax"],
    ].map(([name = "", find = "", file = "broker"]) => [
      `T31's canary: one too many of ${name} is caught`,
      {
        name: `t31-kernel-${name}`,
        file: `src/kernel/broker/${file}.ts`,
        find,
        replace: find.replace(">=", ">"),
        test: t31,
        only: `limits: ${name}`,
        fails: oneMore,
      },
    ]),
  ),
  "T31's canary: a refusal that takes a place is caught": {
    name: "t31-kernel-half-done",
    file: broker,
    find: "if (this.#waiters.size >= this.limits.waitersMax) return",
    replace:
      "if (this.#waiters.size >= this.limits.waitersMax && (this.#waiters.add({ thread: 0, request: 0, key: '' }), true)) return",
    test: t31,
    only: "limits: waitersMax",
    fails: /half done/,
  },
  "T31's canary: one too many of namesMax is caught": {
    name: "t31-kernel-namesMax",
    file: "src/kernel/broker/naming.ts",
    find: "this.#names.size >= this.#host.limits.namesMax",
    replace: "this.#names.size > this.#host.limits.namesMax",
    test: t31,
    only: "limits: namesMax",
    fails: oneMore,
  },
  "T31's canary: a queue with one place too many is caught": {
    name: "t31-kernel-queue",
    file: "src/kernel/thread/ring-lane.ts",
    find: "connection.room = connection.queueMax - outstanding;",
    replace: "connection.room = connection.queueMax + 1 - outstanding;",
    test: t31,
    only: "limits: queueMax",
    fails: /one too many was taken/,
  },
  "T31's canary: a slot too many is caught": {
    name: "t31-kernel-slots",
    file: "src/kernel/ring/ring-writer.ts",
    find: "const room = this.#slots - ((this.#tail - this.#head) | 0);",
    replace: "const room = this.#slots + 1 - ((this.#tail - this.#head) | 0);",
    test: t31,
    only: "limits: slots",
    fails: /one too many was taken/,
  },
  "T31's canary: bytes in line that overlap are caught": {
    name: "t31-kernel-bytes",
    file: "src/kernel/ring/ring-writer.ts",
    find: "return used <= this.#bytes.length ? at : -1;",
    replace: "return used <= this.#bytes.length + 1 ? at : -1;",
    test: t31,
    only: "limits: bytes",
    fails: /one too many was taken/,
  },
  "T31's canary: a limit that has no test is caught": {
    name: "t31-kernel-untested",
    file: broker,
    find: "this.limits = limitsOf(options);",
    replace: "this.limits = { bellsMax: 1, ...limitsOf(options) } as never;",
    test: t31,
    only: "every limit there is",
    fails: /bellsMax/,
  },
  "T31's canary: a fifth number is caught": {
    name: "t31-kernel-words",
    file: "src/kernel/thread/connection.ts",
    find: "if (words.length > 4)",
    replace: "if (words.length > 5)",
    test: constants,
    only: "four numbers",
    fails: oneMore,
  },
  "T31's canary: text of one byte too many is caught": {
    name: "t31-kernel-text",
    file: "src/kernel/archive/shapes/text.ts",
    find: "this.#textMax = textMax;",
    replace: "this.#textMax = textMax + 1;",
    test: constants,
    only: "the greatest length",
    fails: oneMore,
  },
});
