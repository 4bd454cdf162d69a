/** Faults planted in the inboxes, each of which a test must find. */
import { runCanaries } from "../../../support/canary.ts";

const ringing = "source/inbox/ringing.test.js";
const reading = "source/inbox/reading.test.js";
const rights = "source/inbox/fault/t25-rights.test.js";

runCanaries({
  "a managing key that reads is caught": {
    name: "inbox-manage-reads",
    file: "source/inbox/rights.js",
    find: "grant.right === right ?",
    replace: "true ?",
    test: rights,
    only: "each holder",
    fails: /reading key: changeInbox|managing key: open/,
  },
  "a session that opens sessions is caught": {
    name: "inbox-session-opens",
    file: "source/inbox/owning.js",
    find: "rights.checkOwnerKey(value.credential)",
    replace: "rights.checkOwner(value.credential)",
    test: rights,
    only: "each holder",
    fails: /session: openSession/,
  },
  "what is open when its key is renewed, and stays so, is caught": {
    name: "inbox-renewed-reads",
    file: "source/inbox/managing.js",
    find: "openings.endOf(inbox.id);",
    replace: "",
    test: rights,
    only: "once its key is renewed",
    fails: /Expected values to be strictly equal/,
  },
  "a paused bell that rings is caught": {
    name: "inbox-paused-rings",
    file: "source/inbox/ringing.js",
    find: "if (paused)",
    replace: "if (false)",
    test: ringing,
    only: "that is paused",
    fails: /it was not refused with BellPaused/,
  },
  "a bell that is rung too often is caught": {
    name: "inbox-rate-none",
    file: "source/inbox/ringing.js",
    find: "if (retryAfterMs > 0)",
    replace: "if (retryAfterMs > 60_000)",
    test: ringing,
    only: "rings a minute",
    fails: /Missing expected rejection|RateLimited/,
  },
  "an item that nobody is told of is caught": {
    name: "inbox-tells-nobody",
    file: "source/inbox/openings.js",
    find: "opening.tell(newest);",
    replace: "void opening;",
    test: ringing,
    only: "told to who reads",
    fails: /in time this did not come: the ring/,
  },
  "a bell that is told to have expired a millisecond late is caught": {
    name: "inbox-history-late",
    file: "source/inbox/managing.js",
    find: "if (bell.expiresAt !== null && bell.expiresAt <= now)",
    replace: "if (bell.expiresAt !== null && bell.expiresAt < now)",
    test: "source/inbox/model/histories.test.js",
    fails: /Expected values to be strictly deep-equal|ERR_ASSERTION/,
  },
  "readers that each hang a bell are caught": {
    name: "inbox-bell-each",
    file: "source/inbox/readers.js",
    find: "const key = `${credential} ${inbox}`;",
    replace: "const key = `${credential} ${inbox} ${Math.random()}`;",
    test: reading,
    only: "a hundred readers",
    fails: /Expected values to be strictly equal/,
  },
  "a reader who is given another inbox's items under the numbers of the lost is caught": {
    name: "inbox-other-era",
    file: "source/inbox/inbox-link.js",
    find: "if (era !== (this.#era ??= era))",
    replace: "if (false)",
    test: "source/inbox/fault/restart.test.js",
    only: "in memory all is lost",
    fails: /in time this did not come: its end/,
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
    file: "source/inbox/access.js",
    find: "if (Key.parse(given) === undefined)\n        throw denied();",
    replace:
      "if (Key.parse(given) === undefined) throw new RefusedError({ code: 'AccessDenied', message: `no key: ${given}` });",
    test: "source/inbox/fault/t23-secrets.test.js",
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
    test: "source/inbox/fault/t24-guessing.test.js",
    only: "the time of a refusal",
    fails: /the time tells how much of a key is right/,
  },
});
