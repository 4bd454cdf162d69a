/** Faults planted between sources and door, each of which a test must find. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const link = "src/line/source-link.ts";
const links = "test/line/source-link.test.ts";

runCanaries(import.meta.dirname, {
  "an item that was read before it was told, and is forgotten, is caught": {
    name: "link-forgets-read",
    file: link,
    find: 'if (text !== "" && Number.isSafeInteger(number)) this.#highest = Math.max(this.#highest, number);',
    replace: "",
    test: links,
    only: "read before it was told",
    fails: /who has read number 2 is not told/,
  },
});
