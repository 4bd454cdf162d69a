/** Faults planted in the store, each of which a test must find. */
import { runCanaries } from "@doorbell-js/test-support/canary";

import { gccMissing } from "../../support/needs.ts";

const database = "src/store/database.ts";
const group = "src/store/database.ts";
const tests = "test/store/fault";
const t17 = {
  test: `${tests}/t17-power-cut.test.ts`,
  skip: gccMissing,
  fails: /lost: [1-9]|its last \d+ changes are missing/,
};
const t18 = { test: `${tests}/t18-disk-errors.test.ts`, only: "a sync fails", skip: gccMissing };
const t35 = { test: `${tests}/t35-corruption.test.ts` };

runCanaries(import.meta.dirname, {
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
    find: "outcomes.push(() => resolve(value));",
    replace: "resolve(value); process._tickCallback?.();",
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
    find: 'database.exec("ROLLBACK TO one; RELEASE one")',
    replace: 'database.exec("RELEASE one")',
    test: "test/store/group-commit.test.ts",
    fails: /ERR_ASSERTION/,
  },
  "a log that was cut short without a word": {
    ...t35,
    name: "store-mark",
    file: "src/store/sql-store.ts",
    find: "book.commits < mark.commits",
    replace: "false",
    only: "killed",
    fails: /it opened, and not all is there/,
  },
});
