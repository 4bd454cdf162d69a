/** Faults planted in the inboxes, each of which a test must find. */
import { runCanaries } from "../../support/canary.ts";

const rights = "inbox-service/fault/t25-rights.test.js";

runCanaries({
  "what is open when its key is renewed, and stays so, is caught": {
    name: "inbox-renewed-reads",
    file: "inbox-service/server.js",
    find: "openings.endOf(inbox.id);\n            return key.text();",
    replace: "return key.text();",
    test: rights,
    only: "once its key is renewed",
    fails: /Expected values to be strictly equal/,
  },
  "a key that is shown is caught": {
    name: "inbox-key-shown",
    file: "inbox/key.js",
    find: "toJSON() {\n        return redacted;",
    replace: "toJSON() {\n        return this.text();",
    test: "inbox/key.test.js",
    only: "T23",
    fails: /its text is shown/,
  },
  "a refusal that shows the key is caught": {
    name: "inbox-refusal-shows",
    file: "inbox-service/protocol.js",
    find: "if (Key.parse(given) === undefined)\n        throw denied();",
    replace:
      "if (Key.parse(given) === undefined) throw new RefusedError({ code: 'AccessDenied', message: `no key: ${given}` });",
    test: "inbox-service/fault/t23-secrets.test.js",
    fails: /a undefined key is shown|an? owner key is shown/,
  },
  "a time that tells how much of a key is right is caught": {
    name: "inbox-compares-in-order",
    file: "inbox/key.js",
    find: [
      "        return this.#text;",
      "    }",
      "    /** SHA-256 of its text: what is stored instead. */",
      "    hash() {",
    ].join("\n"),
    // Keys that were told are remembered, and each guess is compared with them, letter by letter.
    replace: [
      "        (globalThis.told ??= new Set()).add(this.#text);",
      "        return this.#text;",
      "    }",
      "    hash() {",
      "        for (const one of globalThis.told ?? [])",
      "            for (let at = 0; at < one.length && one[at] === this.#text[at]; at += 1) Math.random();",
    ].join("\n"),
    test: "inbox-service/fault/t24-guessing.sized.test.js",
    only: "the time of a refusal",
    fails: /the time tells how much of a key is right/,
  },
});
