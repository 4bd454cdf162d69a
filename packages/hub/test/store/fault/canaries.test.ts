/** Faults planted in the store, each of which a test must find. */
import { runCanaries } from "../../support/canary.ts";
import { gccMissing, namespaceMissing, straceMissing } from "../../support/needs.ts";

const database = "store/database.js";
const group = "store/group-commit.js";
const tests = "store/fault";
const t17 = {
  test: `${tests}/t17-power-cut.test.js`,
  skip: gccMissing,
  fails: /lost: [1-9]|its last \d+ changes are missing/,
};
const t18 = { test: `${tests}/t18-disk-errors.test.js`, only: "a sync fails", skip: gccMissing };
const t35 = { test: `${tests}/t35-corruption.test.js` };

runCanaries({
  "a log that is not synced": {
    ...t17,
    name: "store-normal",
    file: database,
    find: "synchronous = FULL",
    replace: "synchronous = NORMAL",
  },
  "an answer before the commit": {
    ...t17,
    name: "store-early",
    file: group,
    find: "return () => resolve(value);",
    replace: "resolve(value); process._tickCallback?.(); return () => {};",
  },
  "a log that strace does not see synced": {
    name: "store-strace",
    file: database,
    find: "synchronous = FULL",
    replace: "synchronous = NORMAL",
    test: `${tests}/sync-before-answer.test.js`,
    skip: straceMissing,
    fails: /was answered before a sync/,
  },
  "an answer after a sync that failed": {
    ...t18,
    name: "store-on",
    file: group,
    find: 'codeOf(cause) === "SQLITE_FULL"',
    replace: "true",
    fails: /acknowledged after a sync had failed/,
  },
  "a refusal that leaves half of a ring": {
    name: "store-half",
    file: group,
    find: 'database.exec("ROLLBACK TO one; RELEASE one");',
    replace: 'database.exec("RELEASE one");',
    test: "store/group-commit.test.js",
    fails: /ERR_ASSERTION/,
  },
  "a full disk after which nothing is taken": {
    name: "store-full",
    file: group,
    find: 'codeOf(cause) === "SQLITE_FULL"',
    replace: "false",
    test: `${tests}/t18-disk-errors.test.js`,
    only: "the disk is full",
    skip: namespaceMissing,
    fails: /in time this did not come: that rings are/,
  },
  "rows that nobody looks at": {
    ...t35,
    name: "store-checksum",
    file: "store/table.js",
    find: "stored.at(-1) === checksum(values)",
    replace: "true",
    only: "closed",
    fails: /it opened, and not all is there/,
  },
  "a log that was cut short without a word": {
    ...t35,
    name: "store-mark",
    file: "store/sql-store.js",
    find: "book.commits < mark.commits",
    replace: "false",
    only: "killed",
    fails: /it opened, and not all is there/,
  },
  "a store that is anybody's": {
    name: "store-open",
    file: "store/folder.js",
    find: "0o700 : 0o600",
    replace: "0o700 : 0o644",
    test: `${tests}/t33-permissions.test.js`,
    only: "umask 0",
    fails: /'644'/,
  },
  "time by the wall clock": {
    name: "store-wall",
    file: "store/store-time.js",
    find: "this.#clock.now() + this.#offsetMs",
    replace: "Math.max(Date.now(), this.#clock.now() + this.#offsetMs)",
    test: `${tests}/t22-clock.test.js`,
    fails: /expired by a jump of the wall clock|ERR_ASSERTION/,
  },
});
