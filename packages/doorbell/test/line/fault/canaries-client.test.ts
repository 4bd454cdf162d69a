/** The canaries of T19 to T22, the client's fault tests, and of its models: see canaries.test.ts. */
import { runCanaries } from "../../support/canaries.ts";

const core = "src/line/client/core";
const conversation = `${core}/conversation.ts`;
const clock = "src/line/system-clock.ts";

const t19 = "test/line/fault/t19-cut-anywhere.test.ts";
const t20 = "test/line/fault/t20-stop-notif-race.test.ts";
const t21 = "test/line/fault/t21-reconnect-storm.test.ts";
const t22 = "test/line/fault/t22-clock.test.ts";

const dispatch = '    if (reply.kind === "notification") return this.#events.notified(reply.source);\n';

runCanaries({
  "T19's canary: a client that takes what a new session gives again for new is caught": {
    name: "t19-repeats",
    file: `${core}/fetching.ts`,
    find: "for (const history of this.#histories.values()) history.resume();",
    replace: "",
    test: t19,
    fails: /lost, inverted or repeated/,
  },
  "T19's canary: a client that forgets what it held back is caught": {
    name: "t19-forgets-held",
    file: `${core}/history.ts`,
    find: "return this.#receive(held.slice(this.#overlap(held)));",
    replace: "return this.#receive(held.slice(held.length));",
    test: t19,
    fails: /did not come: the (ads|end)/,
  },
  "T19's canary: a client that is not in the mode after a reconnection is caught": {
    name: "t19-no-mode",
    file: "src/line/client/client.ts",
    find: "    this.#mode.connected();\n",
    replace: "",
    test: t19,
    fails: /did not come: the ads/,
  },
  "T20's canary, naive: a client that takes the crossing notification for the OK is caught": {
    name: "t20-naive",
    file: conversation,
    find: dispatch,
    replace:
      '    if (reply.kind === "notification") {\n      const waits = this.#asked;\n      if (waits?.expects !== "ok") return this.#events.notified(reply.source);\n' +
      "      this.#asked = undefined;\n      return waits.answered(line);\n    }\n",
    test: t20,
    fails: /out of step|lost or invented/,
  },
  "T20's canary, edge: a client that drops the crossing notification is caught": {
    name: "t20-edge",
    file: conversation,
    find: dispatch,
    replace:
      '    if (reply.kind === "notification") return this.#asked?.expects === "ok" ? this.#events.ignored() : this.#events.notified(reply.source);\n',
    test: t20,
    fails: /lost or invented/,
  },
  "T20's canary, flag: a client whose mode is a flag, and not a command in the queue, is caught": {
    name: "t20-flag",
    file: "src/line/client/client.ts",
    find: "    const { source } = notification;\n",
    replace: "    const { source } = notification;\n    if (!this.#mode.isWanted) return;\n",
    test: t20,
    fails: /lost or invented/,
  },
  "T21's canary: waits without jitter are caught": {
    name: "t21-no-jitter",
    file: `${core}/backoff.ts`,
    find: "return random() * withinMs;",
    replace: "return random() === 2 ? 0 : withinMs;",
    test: t21,
    fails: /peak of attempts in 100 ms: ([3-9]\d|100)/,
    patience: 1,
  },
  "T21's canary: timers that are left behind are caught": {
    name: "t21-timers",
    file: `${core}/pending.ts`,
    find: "  #settle(): void {\n    this.#timer.cancel();\n",
    replace: "  #settle(): void {\n",
    test: t21,
    fails: /one timer each, at rest/,
    patience: 0.5,
  },
  "T22's canary: a clock that follows the wall clock is caught": {
    name: "t22-wall",
    file: clock,
    find: "performance.now()",
    replace: "Date.now()",
    test: t22,
    only: "the system's clock",
    fails: /the clock jumped with the wall clock/,
  },
  "T22's canary: a delay that the system does not take is caught": {
    name: "t22-overflow",
    file: clock,
    find: "Math.min(Math.ceil(delayMs), DELAY_MAX)",
    replace: "Math.ceil(delayMs)",
    test: t22,
    only: "the system's clock",
    fails: /called before their time/,
  },
  "T22's canary: a timer that runs in a loop is caught": {
    name: "t22-loop",
    file: `${core}/mode.ts`,
    find: "this.#clock.after(this.#rearmMs,",
    replace: "this.#clock.after(this.#rearmMs / 5_000,",
    test: t22,
    only: "after a leap",
    fails: /timers per second/,
  },
  "T22's canary: a client without its timer, which a leap leaves outside the mode, is caught": {
    name: "t22-no-rearm",
    file: `${core}/mode.ts`,
    find: "    this.#switch(this.#leaving(() => left));\n    this.#switch(this.#entered(() => entered));\n  }\n",
    replace: "    void [left, entered];\n  }\n",
    test: t22,
    only: "after a leap",
    fails: /an ad is lost after a leap/,
  },
  "the model's canary: a call that is given up, and whose late answer goes to the next, is caught": {
    name: "model-late-answer",
    file: `${core}/link.ts`,
    find: "    const at = this.#queue.indexOf(pending);\n",
    replace:
      "    if (pending === this.#sent) {\n      this.#sent = undefined;\n      this.#sendNext();\n    }\n    const at = this.#queue.indexOf(pending);\n",
    test: "test/line/client/model.test.ts",
    fails: /answer to |OutOfStep|nothing else was ignored/,
  },
  "the model's canary: a switch that is not tried again after a cut is caught": {
    name: "model-not-resumed",
    file: `${core}/fetching.ts`,
    find: "        await this.#mode.resume();\n",
    replace: "        if (this.#link.isOpen) await this.#mode.resume();\n",
    test: "test/line/client/with-server.test.ts",
    fails: /every ad, once, in order|the newest number|is lost/,
  },
  "the model's canary: a key that does not go on after the last item is caught": {
    name: "model-key-from-start",
    file: `${core}/numbered.ts`,
    find: "    this.#last = sequence ?? this.#last;\n",
    replace: "    this.#last ??= sequence;\n",
    test: "test/line/client/with-server.test.ts",
    only: "every ad",
    fails: /every item of the inbox, once, in order/,
  },
  "the model's canary: a client that goes on after an item that it was not given is caught": {
    name: "model-key-skips",
    file: `${core}/unlocking.ts`,
    find: "after: last }",
    replace: "after: last + 1 }",
    test: "test/line/client/with-server.test.ts",
    only: "every ad",
    fails: /every item of the inbox, once, in order/,
  },
  "the model's canary: a key that is said once, and not on the next connection, is caught": {
    name: "model-key-once",
    file: "src/line/client/client.ts",
    find: "    this.#unlocking?.unlock()",
    replace: "    if (this.#stats.connections === 1) this.#unlocking?.unlock()",
    test: "test/line/client/with-server.test.ts",
    only: "every ad",
    fails: /no reader fails|every item of the inbox, once, in order/,
  },
  "T19's canary: a client that takes an inbox's number for read before its item came is caught": {
    name: "t19-key-skips",
    file: `${core}/unlocking.ts`,
    find: "after: last }",
    replace: "after: last + 1 }",
    test: t19,
    fails: /did not come|lost, inverted or repeated/,
  },
  "the model's canary: a session whose replay is taken for new is caught": {
    name: "model-replay",
    file: `${core}/fetching.ts`,
    find: "for (const history of this.#histories.values()) history.resume();",
    replace: "",
    test: "test/line/client/with-server.test.ts",
    fails: /every ad, once, in order|no number twice/,
  },
});
