import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import type { WireEvents } from "@doorbell-js/doorbell/line";

import { Watcher } from "../../src/cli/watch.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A watcher whose connections the test opens and closes, and what it says. */
function watch(t: TestContext): { watcher: Watcher; opens(): void; closes(): Promise<void>; said(): string } {
  const said: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => said.push(text) > 0);
  let events: WireEvents | undefined;
  let dialAgain: () => void = () => {};
  const watcher = new Watcher({
    dial: (given) => {
      events = given;
      return { destroy: () => {} };
    },
    clock: {
      now: () => 0,
      after: (_, run, options) => {
        if (options?.keepsAlive === true) dialAgain = run;
        return { cancel: () => {} };
      },
    },
    random: () => 0,
  });
  return {
    watcher,
    opens: () => events?.opened({ write: () => {}, destroy: () => {} }),
    async closes() {
      events?.closed(undefined);
      await settle();
      dialAgain();
    },
    said: () => said.splice(0).join(""),
  };
}

test("a watch says once that the hub is gone, however many attempts fail, and once that it is back", async (t) => {
  const { watcher, opens, closes, said } = watch(t);
  opens();
  watcher.where = "here";
  assert.equal(said(), "");
  await closes();
  assert.match(said(), /^The hub at here is gone\. Waiting for it to come back \.\.\.\n$/);
  for (let times = 0; times < 3; times += 1) await closes();
  assert.equal(said(), "");
  opens();
  assert.match(said(), /^The hub at here is back\.\n$/);
  await closes();
  assert.match(said(), /is gone/);
});

test("a hub that goes before a watch has begun is said to be gone as it begins; one that is back by then is not", async (t) => {
  const { watcher, opens, closes, said } = watch(t);
  opens();
  await closes();
  await closes();
  assert.equal(said(), "");
  watcher.where = "here";
  assert.match(said(), /^The hub at here is gone/);
  opens();
  assert.match(said(), /is back/);
  const other = watch(t);
  other.opens();
  await other.closes();
  other.opens();
  other.watcher.where = "there";
  assert.equal(other.said() + said(), "");
});
