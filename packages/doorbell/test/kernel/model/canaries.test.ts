import { test } from "node:test";

/** The model test is shown to fail: it is run on copies of the package with small faults planted, each easily made. */
import { runCanary } from "../../support/canary.ts";

interface Planted {
  readonly why: string;
  /** In thread/, if it has no folder. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const planted: Readonly<Record<string, Planted>> = {
  "references-not-counted": {
    why: "the second handle on a connection is not counted",
    file: "control",
    find: "    connection.references += 1;\n",
    replace: "    connection.references = 1;\n",
  },
  "opcodes-not-checked": {
    why: "a narrowed id passes every opcode at its client",
    file: "sending",
    find: "if (connection.opcodes === undefined || connection.opcodes.has(id)) return undefined;",
    replace: "return undefined;",
  },
  "answered-twice": {
    why: "a second answer is taken",
    file: "message",
    find: "    this.#owed = false;\n",
    replace: "",
  },
  "queue-one-more": {
    why: "a queue holds one message more than it may",
    file: "ring-lane",
    find: "connection.room = connection.queueMax - outstanding;",
    replace: "connection.room = connection.queueMax + 1 - outstanding;",
  },
  "local-queue-one-more": {
    why: "a queue holds one message more than it may, of its own thread",
    file: "local-lane",
    find: "(this.#outstanding[connection.index] ?? 0) < connection.queueMax",
    replace: "(this.#outstanding[connection.index] ?? 0) <= connection.queueMax",
  },
  "second-word-lost": {
    why: "an answer of two numbers loses the second",
    file: "dispatch",
    find: "words.slice(0, status)",
    replace: "words.slice(0, status === 2 ? 1 : status)",
  },
  "destroyed-in-silence": {
    why: "a server that is destroyed does not fail the calls it has in hand",
    file: "server-core",
    find: '    for (const call of this.owed) call.fail("ServerNotFound");\n',
    replace: "",
  },
  "lent-not-copied": {
    why: "a lend within a thread is not copied",
    file: "local-lane",
    find: "buffer.slice(0)",
    replace: "buffer",
  },
  "passed-on-kept": {
    why: "a call that was passed on keeps its place",
    file: "message-base",
    find: "        this.onPassedOn();\n",
    replace: "",
  },
  "name-one-more": {
    why: "one thread more than may be is connected by a name",
    file: "broker/names",
    find: "entry.connections.size < limit;",
    replace: "entry.connections.size <= limit;",
  },
  "name-kept": {
    why: "a name outlives its server",
    file: "broker/broker",
    find: "    this.naming.ended(entry);\n",
    replace: "",
  },
  "name-wait-kept": {
    why: "who gives up a name goes on waiting",
    file: "names/server",
    find: "naming.cancel(sender, message.words[0]);",
    replace: "void 0;",
  },
};

/** What fast-check prints when an assertion of the model failed, and nothing else. */
const fails = /Got AssertionError \[ERR_ASSERTION\]/;

for (const [name, { why, file, find, replace }] of Object.entries(planted))
  test(`the model test finds it when ${why}`, async () => {
    await runCanary({
      name: `kernel-model-${name}`,
      file: `src/kernel/${file.includes("/") ? file : `thread/${file}`}.ts`,
      find,
      replace,
      test: "test/kernel/model/histories.test.ts",
      fails,
    });
  });
