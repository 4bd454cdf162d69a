/** Faults planted between sources and door, each of which a test must find. */
import { runCanaries } from "../../support/canary.ts";

const link = "line/source-link.js";
const links = "line/source-link.test.js";

runCanaries({
  "an item that was read before it was told, and is forgotten, is caught": {
    name: "link-forgets-read",
    file: link,
    find: "this.#highest = Math.max(this.#highest, number);\n        return",
    replace: "return",
    test: links,
    only: "read before it was told",
    fails: /who has read number 2 is not told/,
  },
});
