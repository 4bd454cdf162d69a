import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { type Command, formatCommand, isPlain, parseCommand } from "../../src/line/codec.ts";

const table: readonly (readonly [string, Command])[] = [
  ["random?", { verb: "fetch", source: "random" }],
  ["a-b_9?", { verb: "fetch", source: "a-b_9" }],
  ["notif", { verb: "notif", sources: [] }],
  ["notif random classified", { verb: "notif", sources: ["random", "classified"] }],
  ["stop_notif", { verb: "stop_notif" }],
  ["post ", { verb: "post", text: "" }],
  ["post  two  blanks ", { verb: "post", text: " two  blanks " }],
  ["post €😀?", { verb: "post", text: "€😀?" }],
  ["key read_abc", { verb: "key", key: "read_abc" }],
  ["key a 0", { verb: "key", key: "a", after: 0 }],
  [`key ${"~".repeat(255)} 9007199254740991`, { verb: "key", key: "~".repeat(255), after: 2 ** 53 - 1 }],
  ["key ends?", { verb: "key", key: "ends?" }],
  ["sources", { verb: "sources" }],
  ["help", { verb: "help" }],
  ["ping", { verb: "ping" }],
  ["quit", { verb: "quit" }],
];

for (const [line, command] of table)
  test(`${JSON.stringify(line)} says ${command.verb}, and the other way round`, () => {
    assert.deepEqual(parseCommand(line), command);
    assert.equal(formatCommand(command), line);
  });

test('"post" alone is a post of nothing', () => {
  assert.deepEqual(parseCommand("post"), { verb: "post", text: "" });
});

for (const line of [
  "key",
  "key ",
  "key  abc",
  "key abc ",
  "key abc x",
  "key abc -1",
  "key abc 1.5",
  "key abc 007",
  "key abc 9007199254740992",
  "key abc 7 8",
  "key clé",
  `key ${"x".repeat(256)}`,
])
  test(`${JSON.stringify(line.slice(0, 40))} says no key that could be one`, () => {
    assert.deepEqual(parseCommand(line), { verb: "key", key: "" });
  });

const none = [
  "",
  "?",
  "Random?",
  "random",
  "random??",
  " random?",
  "random? ",
  "9?",
  "NOTIF",
  "notif ",
  "notif  random",
  "notif random ",
  "notify",
  "notif Random",
];
for (const line of [
  ...none,
  "posted",
  "stop_notif ",
  "stop notif",
  "ping\u0000",
  "post a\tb",
  "random?\u007f",
  "post \u0085",
  `${"a".repeat(64)}?`,
])
  test(`${JSON.stringify(line)} says nothing`, () => {
    assert.equal(parseCommand(line), undefined);
  });

const breaking: readonly Command[] = [
  { verb: "post", text: "one\nquit" },
  { verb: "post", text: "one\rquit" },
  { verb: "post", text: "\u0000" },
  { verb: "fetch", source: "x\nquit\nx" },
  { verb: "fetch", source: "post me" },
  { verb: "fetch", source: "" },
  { verb: "notif", sources: ["random\nquit"] },
  { verb: "notif", sources: ["random classified"] },
  { verb: "notif", sources: [""] },
  { verb: "key", key: "two keys" },
  { verb: "key", key: "a\nquit" },
  { verb: "key", key: "x".repeat(256) },
  { verb: "key", key: "a", after: -1 },
  { verb: "key", key: "a", after: 2 ** 53 },
  { verb: "key", key: "a", after: NaN },
];
for (const command of breaking)
  test(`${JSON.stringify(command)} is not formatted: it would break out of its line or say another command`, () => {
    assert.throws(
      () => formatCommand(command),
      (error: Error & { code: string }) => {
        assert.deepEqual([error.name, error.code], ["LineError", "InvalidArgument"]);
        if (command.verb === "key" && command.key !== "a") assert.ok(!inspect(error).includes(command.key), "the key");
        return true;
      },
    );
  });

/** As a literal is: fast-check would leave out the prototype now and then. */
const plain = { noNullPrototype: true };
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/);
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ verb: fc.constant("fetch" as const), source: name }, plain),
  fc.record({ verb: fc.constant("notif" as const), sources: fc.array(name, { maxLength: 4 }) }, plain),
  fc.record(
    {
      verb: fc.constant("post" as const),
      text: fc
        .string({ unit: "binary" })
        .filter(isPlain)
        .map((text) => (text.length % 2 === 0 ? text : `${text}?`)),
    },
    plain,
  ),
  fc.record(
    { verb: fc.constant("key" as const), key: fc.stringMatching(/^[!-~]{1,255}$/), after: fc.maxSafeNat() },
    { ...plain, requiredKeys: ["verb", "key"] },
  ),
  fc.record(
    {
      verb: fc.constantFrom(
        "stop_notif" as const,
        "sources" as const,
        "help" as const,
        "ping" as const,
        "quit" as const,
      ),
    },
    plain,
  ),
);

test("parse(format(command)) is the command", () => {
  fc.assert(
    fc.property(commands, (command) => assert.deepEqual(parseCommand(formatCommand(command)), command)),
    runs(2_000),
  );
});

test("format(parse(line)) is the line, for any line that says a command", () => {
  const lines = fc.oneof(
    fc.string({ unit: "binary" }),
    commands.map(formatCommand),
    fc.constantFrom(...none),
    fc.string().map((text) => `post ${text}`),
    fc.string().map((text) => `key ${text}`),
  );
  fc.assert(
    fc.property(lines, (line) => {
      const command = parseCommand(line);
      const isMalformed = line === "post" || (command?.verb === "key" && command.key === "");
      if (command !== undefined && !isMalformed) assert.equal(formatCommand(command), line);
    }),
    runs(2_000),
  );
});
