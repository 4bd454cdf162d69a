/** The canaries of the name server's tests: see canaries.test.ts. */
import { runCanaries } from "../../support/canaries.ts";

const naming = "src/kernel/broker/naming.ts";
const broker = "src/kernel/broker/broker.ts";
const server = "src/kernel/names/server.ts";
const hostile = "test/kernel/fault/names-hostile.test.ts";
const tables = "test/kernel/names/naming.test.ts";
const rules = "test/kernel/names/names.test.ts";
const t23 = "test/kernel/fault/t23-names.test.ts";
const t24 = "test/kernel/fault/t24-names.test.ts";

runCanaries({
  "K27's canary: a name server that dies of bytes that it cannot read is caught": {
    name: "k27-dies-of-bytes",
    file: server,
    find: "undecodable += 1;",
    replace: 'throw new Error("bytes");',
    test: hostile,
    only: "is sent everything",
    fails: /the name server does not serve|did not come: what the name server is for|the pest itself fails/,
  },
  "K27's canary: a name server that has had enough of a flood is caught": {
    name: "k27-had-enough",
    file: server,
    find: "for await (const message of names) {",
    replace: "for await (const message of names) {\n    if (names.unexpected > 500) break;",
    test: hostile,
    only: "three threads flood",
    fails: /did not come: (what the name server is for|the flood has begun)/,
  },
  "K27's canary: the dead that go on waiting are caught": {
    name: "k27-dead-wait",
    file: broker,
    find: "this.#waiters.forget(thread);",
    replace: "",
    test: hostile,
    only: "a hundred thousand",
    fails: /did not come: nobody waits/,
  },
  "K27's canary: answers that are kept for ever are caught": {
    name: "k27-keeps-answers",
    file: "src/kernel/carrier/own-station.ts",
    find: "station.answersMax = answersMax;",
    replace: "",
    test: hostile,
    only: "breaks the rules of its ring",
    fails: /did not come: (they are taken|the end of the lane of answers that it does not take)/,
  },
  "K27's canary: a kernel's thread that believes words that others write is caught": {
    name: "k27-believes-words",
    file: "src/kernel/thread/kernel-wake.ts",
    find: 'this.#powers.post({ type: "ring" });',
    replace: 'if (Wake.words(this)[0] !== 0) this.#powers.post({ type: "ring" });',
    test: hostile,
    only: "words that anybody can write",
    fails: /did not come: what the name server is for/,
  },
  "K27's canary: a name server that does not first hear what was asked before is caught": {
    name: "k27-out-of-order",
    file: server,
    find: "catchUp(message.sender);",
    replace: "",
    test: "test/kernel/names/order.test.ts",
    fails: /still counted|still has its name/,
  },
  "T26's canary: an order that a lie can bend for ever is caught": {
    name: "t26-ticket-lies",
    file: "src/kernel/thread/lanes.ts",
    find: "if (this.#isPassedOverAgain(lane)) lane.takeOne();",
    replace: "this.#isPassedOverAgain(lane);",
    test: "test/kernel/fault/ticket-lies.test.ts",
    fails: /kept out by one that came after/,
  },
  "K27's canary: a crowd that is connected in one go is caught": {
    name: "k27-in-one-go",
    file: naming,
    find: "const inARowMax = 1_024;",
    replace: "const inARowMax = 1_000_000;",
    test: tables,
    only: "connected in parts",
    fails: /in one turn/,
  },
  "K24's canary: one thread too many is caught": {
    name: "k24-one-more",
    file: "src/kernel/broker/names.ts",
    find: "entry.connections.size < limit;",
    replace: "entry.connections.size <= limit;",
    test: rules,
    only: "K24 the limit counts",
    fails: /LimitReached/,
  },
  "K24's canary: a place that nobody in line is given is caught": {
    name: "k24-place-lost",
    file: naming,
    find: "this.#names.noteConnections(named);\n    this.#look(named.name);\n  }",
    replace: "this.#names.noteConnections(named);\n  }",
    test: tables,
    only: "a place goes",
    fails: /Expected values to be strictly deep-equal/,
  },
  "K25's canary: a name that is its server's after the end is caught": {
    name: "k25-not-freed",
    file: broker,
    find: "      this.naming.ended(server);\n",
    replace: "",
    test: tables,
    only: "K25 who waits",
    fails: /ERR_ASSERTION/,
  },
  "K25's canary: a name that anybody can free is caught": {
    name: "k25-anybody-frees",
    file: naming,
    find: 'if (named?.entry.key !== key) return "NotFound";',
    replace: 'if (key === "" || named === undefined) return "NotFound";',
    test: t24,
    only: "guess",
    fails: /a guess came through/,
  },
  "K26's canary: a count that is kept beside, and wrong, is caught": {
    name: "k26-not-counted",
    file: naming,
    find: "this.#names.noteConnections(named);\n    this.#look(named.name)?.add(thread);",
    replace: "this.#look(named.name)?.add(thread);",
    test: tables,
    only: "K26",
    fails: /ERR_ASSERTION/,
  },
  "T23's canary: an id in what the name server refused is caught": {
    name: "t23-names-told",
    file: "src/kernel/names/names.ts",
    find: "await this.#server.unregister({ name, sid: sid.words() });",
    replace:
      "await this.#server.unregister({ name, sid: sid.words() }).catch((error: unknown) => {\n      throw Object.assign(error as object, { detail: sid.words().join() });\n    });",
    test: t23,
    fails: /an id was found/,
  },
});
