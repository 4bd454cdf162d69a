/** Faults planted in the bus's client, each of which a test must find. */
import { runCanaries } from "../../support/canary.ts";

const contract = "dbus/contract.test.js";
const hostile = "dbus/hostile.test.js";

runCanaries({
  "signals of anybody are caught": {
    name: "dbus-any-sender",
    file: "dbus/watch.js",
    find: "sender !== undefined && sender === this.#owner",
    replace: "sender !== undefined",
    test: contract,
    only: "forges",
    fails: /what others forge is passed on/,
  },
  "a change of owner that anybody tells is caught": {
    name: "dbus-any-bow",
    file: "dbus/watch.js",
    find: "if (sender === BUS) {",
    replace: 'if (member === "NameOwnerChanged") {',
    test: contract,
    only: "forges",
    fails: /what others forge is passed on/,
  },
  "calls that a dead bus leaves behind are caught": {
    name: "dbus-calls-left",
    file: "dbus/pending.js",
    find: "waiting.failed(error);",
    replace: ";",
    test: contract,
    only: "bus dies",
    fails: /in time this did not come: the calls' end/,
  },
  "what is not watched again after a bus is back is caught": {
    name: "dbus-not-watched-again",
    file: "dbus/bus.js",
    find: "await Promise.all([...this.#watches].map((watch) => watch.place(connection)));",
    replace: "",
    test: contract,
    only: "bus dies",
    fails: /did not come: the owner/,
  },
  "a timer that a call leaves behind is caught": {
    name: "dbus-timer",
    file: "dbus/pending.js",
    find: "timer.cancel();",
    replace: "",
    test: contract,
    only: "ends in time",
    fails: /Expected values to be strictly equal/,
  },
  "an answer of anybody is caught": {
    name: "dbus-any-answer",
    file: "dbus/pending.js",
    find: "named && message.sender !== destination && message.sender !== BUS",
    replace: "false",
    test: hostile,
    only: "an answer is taken",
    fails: /another's answer is taken/,
  },
  "waits that begin anew with every connection are caught": {
    name: "dbus-knocks",
    file: "dbus/bus.js",
    find: ">= STEADY_MS",
    replace: ">= 0",
    test: hostile,
    only: "throws us out",
    fails: /Expected values to be strictly deep-equal/,
  },
});
