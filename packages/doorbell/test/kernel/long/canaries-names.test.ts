/** The canaries of the name server's tests: see canaries.test.ts. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const server = "src/kernel/names/server.ts";
const hostile = "test/kernel/fault/names-hostile.sized.test.ts";
const t23 = "test/kernel/fault/t23-names.test.ts";

runCanaries(import.meta.dirname, {
  "K27's canary: a kernel's thread that believes words that others write is caught": {
    name: "k27-believes-words",
    file: "src/kernel/thread/sleeper.ts",
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
    test: "test/kernel/names/order.sized.test.ts",
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
  "T23's canary: an id in what the name server refused is caught": {
    name: "t23-names-told",
    file: "src/kernel/names/client.ts",
    find: "await this.#server.unregister({ name, sid: sid.words() });",
    replace:
      "await this.#server.unregister({ name, sid: sid.words() }).catch((error: unknown) => {\n      throw Object.assign(error as object, { detail: sid.words().join() });\n    });",
    test: t23,
    fails: /an id was found/,
  },
});
