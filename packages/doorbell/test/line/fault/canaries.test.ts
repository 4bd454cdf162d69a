/** Every fault test is shown to fail: each is run on a copy of the package with the fault planted that it looks for. */
import { runCanaries } from "../../support/canaries.ts";
import { noOpenssl } from "../../support/doors.ts";
import { noNamespace } from "../../support/namespace.ts";

const session = "src/line/server/core/session.ts";
const reading = "src/line/server/core/reading.ts";
const outbox = "src/line/server/core/outbox.ts";
const rate = "src/line/server/core/rate.ts";
const admission = "src/line/server/core/admission.ts";
const listen = "src/line/server/carrier/listen.ts";
const tls = "src/line/server/carrier/tls.ts";
const splitter = "src/line/codec/splitter.ts";

const t07 = "test/line/fault/t07-half-open.test.ts";
const t08 = "test/line/fault/t08-frozen-reader.test.ts";
const t08slow = "test/line/fault/t08-slow-reader.test.ts";
const t09 = "test/line/fault/t09-flood.test.ts";
const t10 = "test/line/fault/t10-malformed.test.ts";
const t12 = "test/line/fault/t12-churn.test.ts";
const t13 = "test/line/fault/t13-many-held.test.ts";
const t15 = "test/line/fault/t15-descriptors.test.ts";

runCanaries({
  "T07's canary: a server that never asks whether the client is there is caught": {
    name: "t07-no-keep-alive",
    skip: noNamespace,
    file: listen,
    find: "keepAlive: true,",
    replace: "keepAlive: false,",
    test: t07,
    only: "quiet",
    fails: /of 20 half-open connections 0 were closed/,
    patience: 1,
  },
  "T08's canary: a session that ignores back-pressure is caught": {
    name: "t08-ignores-back-pressure",
    file: outbox,
    find: "this.full = !this.#carrier.write(bytes) || this.full;",
    replace: "void this.#carrier.write(bytes);",
    test: t08,
    only: "over unix: bounded",
    fails: /did not come: 1,498 notifications that became one/,
  },
  "T08's canary: a session that forgets what rang while it waited is caught": {
    name: "t08-forgets-rings",
    file: reading,
    find: "      due.add(ring.entry);",
    replace: "      coalesced += due.has(ring.entry) ? 0 : 1;",
    test: t08,
    only: "over unix: bounded",
    fails: /did not come: 1502 lines/,
  },
  "T08's canary: a frozen reader that is kept for ever is caught": {
    name: "t08-never-stalls",
    file: session,
    find: '    if (this.#outbox.full) this.#timers.start("stall");',
    replace: "",
    test: t08,
    only: "over unix: cut off",
    fails: /did not come: the end of a frozen reader/,
  },
  "T08's canary: a late answer written to one that does not read is caught": {
    name: "t08-late-answer",
    file: session,
    find: "    if (!this.#outbox.full) this.#flush();",
    replace: "    this.#flush();",
    test: t08,
    only: "an answer that comes late",
    fails: /one write passes the limit, not two/,
  },
  "T08's canary: a TLS socket's own mark in place of the limit is caught": {
    name: "t08-tls-mark",
    skip: noOpenssl,
    file: "src/line/server/carrier/socket.ts",
    find: "    if (this.#socket.writableLength < this.#pendingBytesMax) return true;",
    replace: "    if (!drainComes || this.#socket.writableLength < this.#pendingBytesMax) return true;",
    test: t08,
    only: "over tls: a limit far below",
    fails: /bytes wait in user space/,
  },
  "T08's canary: a slow reader that is taken for a frozen one is caught": {
    name: "t08-slow-is-frozen",
    skip: noNamespace,
    file: session,
    find: '    this.#timers.cancel("stall");\n    this.#outbox.announce',
    replace: "    this.#outbox.announce",
    test: t08slow,
    fails: /a reader that moves was cut off/,
  },
  "T09's canary: a session that says what it likes is caught": {
    name: "t09-no-rate",
    file: rate,
    find: "    return this.#count >= this.#max;",
    replace: "    return false;",
    test: t09,
    only: "flood, valid",
    fails: /it was held back 0 times|the flood was over before/,
  },
  "T09's canary: a client that is held back and never read again is caught": {
    name: "t09-never-resumes",
    file: session,
    find: "    this.#paused = false;\n    this.#carrier.resume();",
    replace: "    this.#paused = false;",
    test: t09,
    only: "flood, valid",
    fails: /did not come: all answers to the flood/,
    patience: 0.1,
  },
  "T10's canary: text that is not UTF-8 and is let through is caught": {
    name: "t10-not-utf8",
    file: splitter,
    find: 'return isUtf8(line) ? line.toString() : this.#fail("NotUtf8");',
    replace: "return line.toString();",
    test: t10,
    only: "every byte as a line",
    fails: /heard \["42"/,
  },
  "T10's canary: a close that eats the last line is caught": {
    name: "t10-eats-last-line",
    file: session,
    find: "    this.#carrier.end();",
    replace: "    this.#carrier.destroy();",
    test: t10,
    only: "over tcp: whoever",
    fails: /did not come: the server's last word|the connection was reset/,
  },
  "T10's canary: a close over bytes that were not read is caught": {
    name: "t10-unread-bytes",
    file: session,
    find: "    // and the client might lose the line that says why.\n    this.#listen();",
    replace: "    // and the client might lose the line that says why.\n    this.#carrier.pause();",
    test: t10,
    only: "over tcp: whoever",
    fails: /did not come: that the server takes what is sent|the connection was reset/,
  },
  "T12's canary: a session that stays on the list of those to be told is caught": {
    name: "t12-listens-on",
    file: session,
    find: '    this.#state = "closed";\n    this.stopNotify();',
    replace: '    this.#state = "closed";',
    test: t12,
    only: "are back to base",
    fails: /did not come: that the server is as empty as before/,
  },
  "T12's canary: an address that stays counted is caught": {
    name: "t12-address-counted",
    file: admission,
    find: "    if (address === undefined) return;",
    replace: "    if (address !== null) return;",
    test: t12,
    only: "are back to base",
    fails: /nobody was refused/,
  },
  "T12's canary: a handshake that is waited for although the client has gone is caught": {
    name: "t12-half-open-handshake",
    skip: noOpenssl,
    file: tls,
    find: "(socket.allowHalfOpen = false)",
    replace: "(socket.allowHalfOpen = true)",
    test: t12,
    only: "within its handshake",
    fails: /did not come: that it is let go/,
  },
  "T13's canary: a session that costs too much is caught": {
    name: "t13-costly",
    file: session,
    find: "    this.#carrier = carrier;\n",
    replace:
      "    this.#carrier = carrier;\n    (this as unknown as { waste: Buffer }).waste = Buffer.alloc(20_000, 1);\n",
    test: t13,
    fails: /each connection costs \d+\.\d KiB/,
  },
  "T13's canary: a session with a timer of its own that ticks is caught": {
    name: "t13-ticks",
    file: session,
    find: "    this.#carrier = carrier;\n",
    replace: "    this.#carrier = carrier;\n    setInterval(() => this.#state, 50).unref();\n",
    test: t13,
    fails: /ticks of processor time at rest/,
  },
  "T15's canary: a server that keeps the descriptors of those who left is caught": {
    name: "t15-keeps-descriptors",
    file: session,
    find: "    this.#inputEnded = true;\n",
    replace: "",
    test: t15,
    fails: /did not come: a newcomer that is served/,
  },
});
