import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation, type Expects } from "../../../src/line/client/link.ts";
import type { LineError } from "../../../src/line/errors.ts";

/** A conversation, and all it told, in order. */
function talk(): { told: string[]; conversation: Conversation; ask: (expects: Expects) => void } {
  const told: string[] = [];
  const conversation = new Conversation({
    notified: (source) => void told.push(`notified ${source}`),
    ignored: () => void told.push("ignored"),
    greeted: (error) => void told.push(`greeted: ${error.message}`),
    outOfStep: (error) => void told.push(`outOfStep: ${error.message}`),
  });
  const ask = (expects: Expects): void =>
    conversation.ask({
      expects,
      answered: (text) => void told.push(`answered ${JSON.stringify(text)}`),
      refused: (error: LineError) => void told.push(`refused ${error.code}`),
    });
  return { told, conversation, ask };
}

/** What each kind of line is to a command that waits, once the server has answered one. */
const table: Readonly<Record<string, Readonly<Record<Expects, string>>>> = {
  OK: { number: "outOfStep", text: "outOfStep", ok: "answered", line: "answered" },
  "42": { number: "answered", text: "answered", ok: "outOfStep", line: "answered" },
  "42 \t ": { number: "answered", text: "answered", ok: "outOfStep", line: "answered" },
  " 42": { number: "outOfStep", text: "answered", ok: "outOfStep", line: "answered" },
  "-1": { number: "outOfStep", text: "answered", ok: "outOfStep", line: "answered" },
  "1e3": { number: "outOfStep", text: "answered", ok: "outOfStep", line: "answered" },
  "": { number: "answered", text: "answered", ok: "outOfStep", line: "answered" },
  "An ad": { number: "outOfStep", text: "answered", ok: "outOfStep", line: "answered" },
  "error: no": { number: "refused", text: "refused", ok: "refused", line: "refused" },
  "notif: random": { number: "notified", text: "notified", ok: "notified", line: "notified" },
  "notif:random": { number: "ignored", text: "ignored", ok: "ignored", line: "ignored" },
  "notif:": { number: "ignored", text: "ignored", ok: "ignored", line: "ignored" },
};

for (const [line, row] of Object.entries(table))
  test(`conversation: what "${line}" is to a command that waits`, () => {
    for (const [expects, is] of Object.entries(row) as [Expects, string][]) {
      const { told, conversation, ask } = talk();
      ask("ok");
      conversation.line("OK");
      ask(expects);
      conversation.line(line);
      assert.match(told.at(-1) ?? "", new RegExp(`^${is}`), `${line} to ${expects}`);
      const answered = is === "answered" || is === "refused";
      assert.equal(conversation.isWaiting, !answered, `${line} to ${expects}: whether it still waits`);
    }
  });

test("conversation: to nobody, only a notification is anything", () => {
  const { told, conversation } = talk();
  for (const line of Object.keys(table)) conversation.line(line);
  assert.deepEqual(
    told,
    Object.keys(table).map((line) => (line === "notif: random" ? "notified random" : "ignored")),
  );
});

test("conversation: one answer for each command", () => {
  const { told, conversation, ask } = talk();
  ask("number");
  for (const line of ["1", "2"]) conversation.line(line);
  ask("number");
  conversation.line("3");
  assert.deepEqual(told, ['answered "1"', "ignored", 'answered "3"']);
});

test("conversation: one line is forgiven before the first answer, a second is not, nor one after it", () => {
  const greeted = "greeted: expected a number, the server said a text";
  const first = talk();
  first.ask("number");
  first.conversation.line("Welcome!");
  first.conversation.line("42");
  assert.deepEqual(first.told, ["ignored", greeted, 'answered "42"']);
  const second = talk();
  second.ask("number");
  second.conversation.line("Welcome!");
  second.conversation.line("to all");
  assert.deepEqual(second.told, ["ignored", greeted, "outOfStep: expected a number, the server said a text"]);
  first.ask("ok");
  first.conversation.line("Welcome!");
  assert.match(first.told.at(-1) ?? "", /^outOfStep/);
});

for (const [line, expects] of [
  ["OK", "number"],
  ["OK", "text"],
  ["OK ", "number"],
  ["ok", "number"],
  ["42", "ok"],
  ["42 \t ", "ok"],
  ["error:no", "number"],
  ["error:", "ok"],
  ["ERROR: no", "ok"],
] as const)
  test(`conversation: "${line}" is no greeting: as the first answer, where ${expects} is expected, it is out of step at once`, () => {
    const { told, conversation, ask } = talk();
    ask(expects);
    conversation.line(line);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /^outOfStep/);
  });

test("conversation: a number is given without its blanks; one beyond 2^53-1 is refused, and the next is told apart", () => {
  const { told, conversation, ask } = talk();
  for (const line of ["9007199254740991 ", "9007199254740992", "9".repeat(400), "0"]) {
    ask("number");
    conversation.line(line);
  }
  assert.deepEqual(told, ['answered "9007199254740991"', "refused BadAnswer", "refused BadAnswer", 'answered "0"']);
});

test("conversation: an error says what was wrong, and shows no line of the server", () => {
  const { told, conversation, ask } = talk();
  ask("ok");
  conversation.line("OK");
  ask("ok");
  conversation.line("a secret ad");
  assert.deepEqual(told, ['answered "OK"', "outOfStep: expected OK, the server said a text"]);
});

test("a refusal's message has the server's control characters spelled out", () => {
  const { conversation } = talk();
  const messages: string[] = [];
  conversation.ask({ expects: "line", answered() {}, refused: ({ message }) => void messages.push(message) });
  conversation.line("error: \u001B]0;title\u0007 \u009B31m");
  assert.deepEqual(messages, ["the server answered: \\x1b]0;title\\x07 \\x9b31m"]);
});
