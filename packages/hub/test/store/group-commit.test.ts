import assert from "node:assert/strict";
import { test } from "node:test";

import { RefusedError } from "../../src/inbox/rules.ts";
import { Database, GroupCommit } from "../../src/store/database.ts";

/** A table of numbers, changes to which are committed in groups; and how many transactions there were. */
function subject(): {
  readonly group: GroupCommit;
  readonly troubles: readonly (string | undefined)[];
  add(number: number): void;
  /** Stores what takes many pages. */
  fill(text: string): void;
  /** Has the database take no more pages than it has now, as on a disk that is full. */
  limitPages(on: boolean): void;
  numbers(): unknown;
  commits: number;
} {
  const database = new Database(":memory:");
  database.exec("CREATE TABLE numbers (number INTEGER PRIMARY KEY); CREATE TABLE texts (text TEXT)");
  const fill = database.prepare("INSERT INTO texts VALUES (?1)");
  const troubles: (string | undefined)[] = [];
  const insert = database.prepare("INSERT INTO numbers VALUES (?1)");
  const all = database.prepare("SELECT number FROM numbers ORDER BY number");
  let isComing = false;
  const self: ReturnType<typeof subject> = {
    commits: 0,
    group: new GroupCommit(database, {
      beforeCommit: () => {},
      afterCommit: () => (self.commits += 1),
      onFailed: (cause) => assert.fail(String(cause)),
      onTrouble: (why) => void troubles.push(why),
      waits: () => {
        if (!isComing) setImmediate(() => ((isComing = false), self.group.flush()));
        isComing = true;
      },
    }),
    troubles,
    add: (number: number): void => insert.run(number),
    fill: (text) => fill.run(text),
    limitPages: (on) => void database.pragma(`max_page_count = ${on ? database.pragma("page_count") : 1_000_000}`),
    numbers: () => all.all().map(([number]) => number),
  };
  return self;
}

test("changes of one turn of the event loop are one transaction, and each is told its outcome", async () => {
  const { group, add, numbers } = subject();
  const outcomes = await Promise.all([1, 2, 3].map((number) => group.write(() => (add(number), number * 10))));
  assert.deepEqual(outcomes, [10, 20, 30]);
  assert.deepEqual(numbers(), [1, 2, 3]);
});

test("as many turns, as many transactions; one in which all was refused is none", async () => {
  const self = subject();
  const { group } = self;
  await Promise.all([group.write(() => self.add(1)), group.write(() => self.add(2))]);
  assert.equal(self.commits, 1);
  await group.write(() => self.add(3));
  assert.equal(self.commits, 2);
  const refusing = (): never => {
    throw new RefusedError({ code: "InboxFull", message: "full" });
  };
  await assert.rejects(group.write(refusing), /full/);
  assert.equal(self.commits, 2);
});

test("one that is refused leaves nothing behind, and the others as they are", async () => {
  const { group, add, numbers } = subject();
  const outcomes = await Promise.allSettled([
    group.write(() => add(1)),
    group.write(() => {
      add(2);
      throw new RefusedError({ code: "InboxFull", message: "full" });
    }),
    group.write(() => {
      add(3);
      add(1);
    }),
    group.write(() => {
      add(4);
      throw new TypeError("a mistake");
    }),
    group.write(() => add(5)),
  ]);
  assert.deepEqual(
    outcomes.map((one) => (one.status === "fulfilled" ? "done" : (one.reason as Error).name)),
    ["done", "RefusedError", "SqliteError", "TypeError", "done"],
  );
  assert.deepEqual(numbers(), [1, 5]);
});

test("what is written by who hears of an outcome is of the next transaction", async () => {
  const self = subject();
  const { group, add, numbers } = self;
  await group.write(() => add(1)).then(() => group.write(() => add(2)));
  assert.deepEqual([numbers(), self.commits], [[1, 2], 2]);
});

test("trouble begins with what cannot be stored, and ends with what is: a refusal alone tells nothing", async () => {
  const self = subject();
  const { group, add, troubles } = self;
  self.limitPages(true);
  const blob = "x".repeat(100_000);
  await assert.rejects(
    group.write(() => self.fill(blob)),
    /Make room on the disk/,
  );
  assert.match(String(group.trouble), /full/);
  const refusing = (): never => {
    throw new RefusedError({ code: "InboxFull", message: "no room there" });
  };
  await assert.rejects(group.write(refusing), /no room there/);
  assert.match(String(group.trouble), /full/);
  self.limitPages(false);
  await group.write(() => add(1));
  assert.equal(group.trouble, undefined);
  assert.deepEqual(
    troubles.map((why) => why !== undefined),
    [true, false],
  );
});
