/** Faults planted between sources and door, each of which a test must find. */
import { runCanaries } from "../../../support/canary.ts";

const link = "door/line/source-link.js";
const links = "door/line/source-link.test.js";

runCanaries({
  "a source that comes back under numbers that were told already is caught": {
    name: "link-no-base",
    file: link,
    find: "this.#base = this.#highest;",
    replace: "",
    test: links,
    only: "numbered on",
    fails: /in time this did not come: d/,
  },
  "an item that was read before it was told, and is forgotten, is caught": {
    name: "link-forgets-read",
    file: link,
    find: "this.#highest = Math.max(this.#highest, number);\n        return",
    replace: "return",
    test: links,
    only: "read before it was told",
    fails: /who has read number 2 is not told/,
  },
  "items that are coalesced and never announced are caught": {
    name: "link-coalesces",
    file: link,
    find: "Math.max(this.#newest + 1, number - RINGS_MAX + 1)",
    replace: "number",
    test: links,
    only: "announced each",
    fails: /Expected values to be strictly deep-equal/,
  },
  "a door that hangs no bell anew is caught": {
    name: "link-not-again",
    file: "source/reconnecting.js",
    find: "while (!signal.aborted) {",
    replace: "for (const _ of [0]) {",
    test: "door/line/source-link.test.js",
    only: "numbered on",
    fails: /in time this did not come: d/,
  },
  "a thread of sources that is not started again is caught": {
    name: "sources-not-again",
    file: "source/thread/sources-on-thread.js",
    find: "await pause(clock, retryMs, signal);",
    replace: "return;",
    test: "door/line/fault/restart.test.js",
    only: "again and again; at the end",
    fails: /in time this did not come: the next/,
  },
  "a face by which who may read can post is caught": {
    name: "face-posts",
    file: "source/board-api.js",
    find: "face(PublicSource, BoardService, reading)",
    replace: 'face(BoardService, BoardService, { ...reading, Post: "Post" })',
    test: "source/fault/t25-confinement.test.js",
    only: "let through what they list",
    fails: /source\.classified: mutableLend 5/,
  },
  "an unchanged state that is told again is caught": {
    name: "net-told-twice",
    file: "source/net-manager/serve-net-manager.js",
    find: "if (said === known)",
    replace: "if (said === null)",
    test: "source/net-manager/net-manager.test.js",
    only: "one that is not new",
    fails: /Expected values to be strictly deep-equal/,
  },
  "a watch that outlives its network manager is caught": {
    name: "net-not-stopped",
    file: "source/net-manager/watching.js",
    find: "closing.abort();",
    replace: "return;",
    test: "source/net-manager/net-manager.test.js",
    only: "drives it",
    fails: /Expected values to be strictly equal/,
  },
});
