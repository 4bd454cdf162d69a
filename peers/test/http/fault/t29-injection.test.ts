/** T29: what is said to a bell ends no event, forges none, and comes through as it was said. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";
import { EventSource } from "eventsource";

import { said } from "../../../../packages/hub/dist/test/support/asking.js";
import { EventReader } from "../../../../packages/hub/dist/test/support/event-reader.js";
import { HttpHub } from "../../../../packages/hub/dist/test/support/http-hub.js";

const taken = [
  '\n\nevent: gap\ndata: {"from":1,"to":9}\n\n',
  "a\n\nid: 999\nevent: item\ndata: {}\n\nb",
  "a\r\n\r\nevent: end\r\ndata: {}\r\n\r\nb",
  "data: x\n: comment\nretry: 1",
  "\u2028\u2029 line ends of another kind",
  "<img src=x onerror=alert(1)><script>alert(1)</script>",
  "\u202egnp.exe \u2066x\u2069 \u200b\u200d\ufeff",
  '"}\n\n{"sequence":1}',
  "\\u0000 \\n \\ud800",
  "\ttabs\tand \u{1f600} astral",
];
const refusedTexts = ["a\rb", "a\u0000b", "\u001b[2J", "\u001b]52;c;eA==\u0007", "\u009b31m", "a\u007fb", "\u0085"];

test(
  "T29 texts come through server-sent events and pages as they are, in one event each",
  { timeout: 60_000 },
  async (t) => {
    await using hub = await HttpHub.start();
    const bell = await hub.newBell("label\u202e <b>");
    using own = new EventReader(`${hub.url}/v1/events`, { authorization: `Bearer ${hub.read}` });
    const theirs: { readonly id: string; readonly text: string }[] = [];
    const forged: string[] = [];
    const source = new EventSource(`${hub.url}/v1/events?after=0`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${hub.read}` } }),
    });
    source.addEventListener("item", ({ data, lastEventId }) =>
      theirs.push({ id: lastEventId, text: textOf(String(data)) }),
    );
    for (const kind of ["message", "gap", "reset", "end"]) source.addEventListener(kind, () => forged.push(kind));
    try {
      await own.hears("ready", () => own.events.length === 1);
      for (const text of taken)
        for (const where of ["text", "title"] as const) {
          // A title is one line.
          if (where === "title" && /[\n\t\r]/.test(text)) continue;
          const json = where === "text" ? { message: text } : { message: "", title: text };
          const { status, error } = await said(hub.ask(bell, { json }));
          assert.equal(status, 200, String(error));
        }
      for (const text of refusedTexts) {
        assert.equal((await hub.ask(bell, { json: { message: text } })).status, 400, JSON.stringify(text));
        assert.equal((await hub.ask(bell, { json: { message: "", title: text } })).status, 400, JSON.stringify(text));
      }
      const items = await hub.items();
      const expected = items.map(({ text }) => text);
      await own.hears("all", () => own.texts().length === items.length);
      await until("all at the other reader", () => theirs.length === items.length);
      assert.deepEqual(own.texts(), expected);
      assert.deepEqual(
        theirs,
        items.map(({ sequence, text }) => ({ id: String(sequence), text })),
      );
      assert.deepEqual(
        own.events.map(({ event }) => event),
        ["ready", ...items.map(() => "item")],
      );
      assert.deepEqual(forged, []);
      assert.deepEqual(
        expected.filter((text) => text !== ""),
        taken.map((text) => text.replaceAll("\r\n", "\n")),
      );
      report(t, `T29 http: ${items.length} texts through two readers, ${refusedTexts.length} refused, 0 events forged`);
    } finally {
      source.close();
    }
  },
);

function textOf(data: string): string {
  try {
    return (JSON.parse(data) as { readonly text: string }).text;
  } catch {
    return `no JSON: ${data}`;
  }
}
