/** Faults planted in the inboxes, each of which a test must find. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const rights = "test/inbox-service/fault/t25-rights.test.ts";

runCanaries(import.meta.dirname, {
  "what is open when its key is renewed, and stays so, is caught": {
    name: "inbox-renewed-reads",
    file: "src/inbox-service/server.ts",
    find: "openings.endOf(inbox.id);\n        return key.text();",
    replace: "return key.text();",
    test: rights,
    only: "once its key is renewed",
    fails: /Expected values to be strictly equal/,
  },
  "a key that is shown is caught": {
    name: "inbox-key-shown",
    file: "src/inbox/key.ts",
    find: "toJSON(): string {\n    return redacted;",
    replace: "toJSON(): string {\n    return this.text();",
    test: "test/inbox/key.test.ts",
    only: "T23",
    fails: /its text is shown/,
  },
  "a refusal that shows the key is caught": {
    name: "inbox-refusal-shows",
    file: "src/inbox-service/protocol.ts",
    find: "if (Key.parse(given) === undefined) throw denied();",
    replace:
      "if (Key.parse(given) === undefined) throw new RefusedError({ code: 'AccessDenied', message: `no key: ${given}` });",
    test: "test/inbox-service/fault/t23-secrets.test.ts",
    fails: /a undefined key is shown|an? owner key is shown/,
  },
  "a time that tells how much of a key is right is caught": {
    name: "inbox-compares-in-order",
    file: "src/inbox/key.ts",
    find: [
      "    return this.#text;",
      "  }",
      "",
      "  /** SHA-256 of its text: what is stored instead. */",
      "  hash(): Uint8Array {",
    ].join("\n"),
    // Keys that were told are remembered, and each guess is compared with them, letter by letter.
    replace: [
      "    (globalThis.told ??= new Set()).add(this.#text);",
      "    return this.#text;",
      "  }",
      "",
      "  hash(): Uint8Array {",
      "    for (const one of globalThis.told ?? [])",
      "      for (let at = 0; at < one.length && one[at] === this.#text[at]; at += 1) Math.random();",
    ].join("\n"),
    test: "test/inbox-service/fault/t24-guessing.sized.test.ts",
    only: "the time of a refusal",
    fails: /the time tells how much of a key is right/,
  },
});
