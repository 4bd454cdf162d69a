/** The canaries of T31 (limits) and T36 (graceful stop): see canaries.test.ts. */
import { spawnSync } from "node:child_process";

import { runCanaries } from "../../support/canaries.ts";
import { noOpenssl } from "../../support/doors.ts";

const session = "src/line/server/core/session.ts";
const commands = "src/line/server/core/commands.ts";
const rate = "src/line/server/core/rate.ts";
const asking = "src/line/server/core/asking.ts";
const admission = "src/line/server/core/admission.ts";
const server = "src/line/server/server.ts";
const listen = "src/line/server/carrier/listen.ts";
const tls = "src/line/server/carrier/tls.ts";
const limits = "src/line/server/core/limits.ts";

const t31 = "test/line/fault/t31-limits.test.ts";
const t36 = "test/line/fault/t36-graceful-stop.test.ts";

const noSs = spawnSync("ss", ["-V"]).status === 0 ? false : "needs the ss command (package iproute2)";

runCanaries({
  "T31's canary: one connection too many is caught": {
    name: "t31-connections",
    file: admission,
    find: "this.#held >= this.#limits.connectionsMax",
    replace: "this.#held > this.#limits.connectionsMax",
    test: t31,
    only: "limits: connectionsMax",
    fails: /did not come: the refusal/,
  },
  "T31's canary: one connection too many from an address is caught": {
    name: "t31-address",
    file: admission,
    find: "same >= this.#limits.connectionsPerAddressMax",
    replace: "same > this.#limits.connectionsPerAddressMax",
    test: t31,
    only: "limits: connectionsPerAddressMax",
    fails: /did not come: the refusal/,
  },
  "T31's canary: a line one byte too long is caught": {
    name: "t31-line",
    file: "src/line/codec/splitter.ts",
    find: "if (to - from > this.#bytesMax)",
    replace: "if (to - from > this.#bytesMax + 1)",
    test: t31,
    only: "limits: lineBytesMax",
    fails: /error: a line is at most 64 bytes/,
  },
  "T31's canary: one command too many is caught": {
    name: "t31-commands",
    file: rate,
    find: "    return this.#count >= this.#max;",
    replace: "    return this.#count > this.#max;",
    test: t31,
    only: "limits: commandsPerSecondMax",
    fails: /the sixth waits/,
  },
  "T31's canary: a second that begins only when the limit is met is caught": {
    name: "t31-second",
    file: session,
    find: "    this.#rate.begin(clock.now());\n",
    replace: "",
    test: t31,
    only: "limits: commandsPerSecondMax",
    fails: /the sixth waits/,
  },
  "T31's canary: notification mode without an end is caught": {
    name: "t31-idle",
    file: session,
    find: '    this.#timers.start("idle");',
    replace: "",
    test: t31,
    only: "limits: idleMs",
    fails: /did not come: the end of notification mode/,
  },
  "T31's canary: a late answer that becomes the next command's is caught": {
    name: "t31-late",
    file: asking,
    find: "(value) => (this.#awaited === given ? ",
    replace: "(value) => (this.#awaited !== value ? ",
    test: t31,
    only: "limits: fetchMs",
    fails: /the late answer is nobody's|'too late'/,
  },
  "T31's canary: a client that never closes its side and is kept is caught": {
    name: "t31-linger",
    file: session,
    find: '    this.#timers.start("linger");',
    replace: "",
    test: t31,
    only: "limits: lingerMs",
    fails: /did not come: the end of a client that does not close its side/,
  },
  "T31's canary: a handshake without a limit is caught": {
    name: "t31-handshake",
    skip: noOpenssl,
    file: tls,
    find: "handshakeTimeout: limits.handshakeMs",
    replace: "handshakeTimeout: 600_000",
    test: t31,
    only: "limits: handshakeMs",
    fails: /did not come: the close of one that does not shake hands/,
    patience: 0.5,
  },
  "T31's canary: a keep-alive that is not the one asked for is caught": {
    name: "t31-keep-alive",
    skip: noSs,
    file: listen,
    find: "keepAliveInitialDelay: limits.keepAliveMs",
    replace: "keepAliveInitialDelay: 600_000",
    test: t31,
    only: "limits: keepAliveMs",
    fails: /the system's timer/,
  },
  "T31's canary: a limit without a test is caught": {
    name: "t31-untested",
    file: limits,
    find: "  keepAliveMs: 60_000,",
    replace: "  keepAliveMs: 60_000,\n  newMax: 1,",
    test: t31,
    only: "has its test",
    fails: /newMax/,
  },
  "T31's canary: an ad one byte too long is caught": {
    name: "t31-ad",
    file: "src/line/codec/ad.ts",
    find: "bytes > AD_BYTES_MAX)",
    replace: "bytes > AD_BYTES_MAX + 1)",
    test: t31,
    only: "an ad's length",
    fails: /this one is 1025/,
  },
  "T36's canary: a server that stops without a word is caught": {
    name: "t36-no-word",
    file: commands,
    find: '  stopped: error("the server is stopping"),\n',
    replace: "",
    test: t36,
    only: "over tcp: every acknowledged",
    fails: /a poster heard last: /,
    patience: 1,
  },
  "T36's canary: a post that is acknowledged before it is on the board is caught": {
    name: "t36-early",
    file: asking,
    find: "      () => this.#host.post?.(text),",
    replace: "      () => void this.#host.post?.(text),",
    test: t36,
    only: "over tcp: every acknowledged",
    fails: /posts that were acknowledged before they were on the board/,
    patience: 1,
  },
  "T36's canary: a server that drops what it took is caught": {
    name: "t36-drops",
    file: session,
    find: '    this.#reason = "stopped";\n    this.#hearNoMore();',
    replace: '    this.end("stopped");',
    test: t36,
    only: "over tcp: every acknowledged",
    fails: /what is on the board was acknowledged/,
    patience: 1,
  },
  "T36's canary: a stop that overtakes the command that asked for it is caught": {
    name: "t36-overtakes",
    file: session,
    find: "    if (this.#isAnswering) return;\n",
    replace: "",
    test: t36,
    only: "closed by a post",
    fails: /deep-equal/,
  },
  "T36's canary: a server that waits for ever for those who are stuck is caught": {
    name: "t36-never-cuts-off",
    file: server,
    find: "setTimeout(() => this.#cutOff(), graceMs)",
    replace: "setTimeout(() => {}, graceMs)",
    test: t36,
    only: "over tcp: every acknowledged",
    fails: /did not come: the end of close\(\)/,
  },
});
