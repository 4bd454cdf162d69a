import assert from "node:assert/strict";
import { test } from "node:test";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";

const source = new MemorySource();

/** As a caller in JavaScript may write them: each is refused by a message that begins like this. */
const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
  [undefined, /^options are an object, not undefined/],
  [{}, /^sources is missing/],
  [{ source: {} }, /^there is no option "source"; there are: sources post openInbox compat limits log$/],
  [{ sources: {}, toString: () => "" }, /^there is no option "toString"/],
  [{ sources: null }, /^sources is an object, not null/],
  [{ sources: { random: {} } }, /^sources.random is no source/],
  [{ sources: { random: null } }, /^sources.random is no source/],
  [{ sources: { random: { subscribe: () => {} } } }, /^sources.random is no source/],
  [{ sources: { random: source }, post: "a board" }, /^post is a function, not a string/],
  [{ sources: { random: source }, openInbox: {} }, /^openInbox is a function, not an object/],
  [{ sources: { random: source }, log: true }, /^log is a function/],
  [{ sources: { random: source }, limits: 5 }, /^limits is an object/],
  [{ sources: { random: source }, limits: { idle: 5 } }, /^there is no limit "idle"/],
  [{ sources: { random: source }, compat: "Silent" }, /^compat is "answer", "silent" or "original", not "Silent"/],
  [{ sources: { random: source }, compat: true }, /^compat is a string/],
];

for (const [options, message] of wrong)
  test(`a line server refuses what its options are not: ${String(message)}`, () => {
    assert.throws(() => new LineServer(options as ConstructorParameters<typeof LineServer>[0]), {
      name: "LineError",
      code: "InvalidArgument",
      message,
    });
  });

test("an option that is undefined is as if it were not given", async () => {
  const none = { post: undefined, compat: undefined, log: undefined, limits: undefined, openInbox: undefined };
  await using server = new LineServer({ sources: {}, ...(none as object) });
  assert.equal(server.stats().sessions, 0);
});
