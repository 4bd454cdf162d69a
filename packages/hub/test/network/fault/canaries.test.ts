/** Faults planted in the watcher of the network, each of which a test must find. */
import { runCanaries } from "../../support/canary.ts";
import { namespaceMissing } from "../../support/needs.ts";

const watcher = "network/watcher.js";
const kernel = "network/fault/rtnetlink.test.js";

runCanaries({
  "a forged signal that makes it look is caught": {
    name: "network-any-sender",
    file: "dbus/watch.js",
    find: "sender !== undefined && sender === this.#owner",
    replace: "sender !== undefined",
    test: "network/network-manager.test.js",
    only: "forged signal",
    fails: /a forged signal makes it look/,
  },
  "what never stops and is never read is caught": {
    name: "network-starves",
    file: "network/debounce.js",
    find: "Math.min(this.#waitMs, this.#latest - now)",
    replace: "this.#waitMs",
    test: "network/watcher.test.js",
    only: "never stops",
    fails: /Expected values to be strictly equal/,
  },
  "a change that is lost while the state is read is caught": {
    name: "network-lost-change",
    file: watcher,
    find: "return this.#debounce.trigger();",
    replace: "return;",
    test: "network/watcher.test.js",
    only: "while the state is read",
    fails: /Expected values to be strictly deep-equal/,
  },
  "a state that is told twice is caught": {
    name: "network-told-twice",
    file: watcher,
    find: "known === this.#known",
    replace: "false",
    test: "network/watcher.test.js",
    only: "the last state counts",
    fails: /Expected values to be strictly deep-equal/,
  },
  "a dead back end that nothing replaces is caught": {
    name: "network-not-replaced",
    file: watcher,
    find: "this.#failed(session.candidate, session.death);\n        this.#run(session[Symbol.asyncDispose]());\n        this.#run(this.#choose());",
    replace: "this.#failed(session.candidate, session.death);\n        this.#run(session[Symbol.asyncDispose]());",
    test: "network/replaced.test.js",
    only: "replaced by the next best",
    fails: /Expected values to be strictly equal/,
  },
  "a monitor that is left running is caught": {
    name: "network-monitor-left",
    file: "network/backend/rtnetlink.js",
    find: 'this.#child.kill("SIGKILL");\n        await this.#ended;',
    replace: "this.#child.unref();\n        this.#child.stdout.destroy();\n        this.#child.stderr.destroy();",
    test: kernel,
    only: "links that go up",
    fails: /a process is left/,
    skip: namespaceMissing,
  },
  "a monitor that says nothing of addresses is caught": {
    name: "network-no-addresses",
    file: "network/backend/rtnetlink.js",
    find: '"monitor", "link", "address"',
    replace: '"monitor", "link"',
    test: kernel,
    only: "links that go up",
    fails: /in time this did not come/,
    skip: namespaceMissing,
  },
});
