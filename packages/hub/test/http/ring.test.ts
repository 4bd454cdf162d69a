/** Bells are rung as ntfy is published to, over a whole hub. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { said } from "../support/asking.ts";
import { HttpHub, type Rung } from "../support/http-hub.ts";
import { rawHttp } from "../support/raw-http.ts";

describe("ringing", () => {
  let hub: HttpHub;
  let bell: string;
  before(async () => {
    hub = await HttpHub.start();
    bell = await hub.newBell();
  });
  after(() => hub[Symbol.asyncDispose]());

  const all: Rung = {
    text: "Disk full.\nMend it.",
    title: "NAS",
    priority: 4,
    tags: ["warning", "nas"],
    click: "https://nas.example.org/",
  };
  const forms: Readonly<Record<string, readonly [path: string, asked: Parameters<HttpHub["ask"]>[1]]>> = {
    "headers in full": [
      "",
      {
        body: all.text,
        headers: {
          "X-Title": "NAS",
          "X-Priority": "high",
          "X-Tags": "warning,nas",
          "X-Click": "https://nas.example.org/",
        },
      },
    ],
    "headers in short": [
      "",
      { body: all.text, headers: { t: "NAS", p: "4", ta: "warning, ,nas ", click: "https://nas.example.org/" } },
    ],
    "other headers": [
      "",
      {
        method: "PUT",
        body: all.text,
        headers: { Title: "NAS", prio: "HIGH", Tag: "warning,nas", Click: "https://nas.example.org/" },
      },
    ],
    "the message in a header": [
      "",
      {
        method: "POST",
        headers: {
          Message: "Disk full.\\nMend it.",
          ti: "NAS",
          Priority: "4",
          Tags: "warning,nas",
          Click: "https://nas.example.org/",
        },
      },
    ],
    "the query of a GET": [
      "/publish?message=Disk%20full.%0AMend%20it.&title=NAS&priority=high&tags=warning,nas&click=https%3A%2F%2Fnas.example.org%2F",
      {},
    ],
    "the query in short": [
      "/send?m=Disk+full.%5CnMend+it.&t=NAS&p=4&ta=warning,nas&x-click=https://nas.example.org/",
      {},
    ],
    "text and query": ["?title=NAS&prio=4&tag=warning,nas&click=https://nas.example.org/", { body: all.text }],
    "a header before the query": [
      "?title=other&p=1",
      {
        body: all.text,
        headers: { Title: "NAS", Priority: "4", Tags: "warning,nas", Click: "https://nas.example.org/" },
      },
    ],
    JSON: ["", { json: { message: all.text, title: "NAS", priority: 4, tags: ["warning", "nas"], click: all.click } }],
    "JSON in our words": [
      "",
      {
        json: {
          text: all.text,
          title: "NAS",
          priority: "high",
          tags: ["warning", "nas"],
          click: all.click,
          markdown: true,
          attach: "",
        },
      },
    ],
  };
  for (const [form, [path, asked]] of Object.entries(forms))
    test(`all of it by ${form}`, async () => {
      const item = await hub.newItem(async () => assert.equal((await hub.ask(bell + path, asked)).status, 200));
      assert.deepEqual(item, all);
    });

  for (const [header, title] of [
    ["Äpfel", "Äpfel"],
    ["=?UTF-8?B?8J+HqfCfh6o=?=", "🇩🇪"],
    ["=?UTF-8?Q?=C3=84pfel_und?= =?utf-8?q?_Birnen?=", "Äpfel und Birnen"],
    ["=?iso-8859-1?Q?=C4pfel?= here", "Äpfel here"],
    ["=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="],
    ["=?none?Q?a?=", "=?none?Q?a?="],
  ] as const)
    test(`the title ${header} is ${title}`, async () => {
      // As bytes of UTF-8, and of Latin-1 where that is possible.
      const bytes = Buffer.from(header).toString("latin1");
      for (const Title of header.startsWith("Ä") ? [bytes, header] : [header])
        assert.equal((await hub.newItem(() => hub.ask(bell, { body: "x", headers: { Title } }))).title, title);
    });

  for (const [priority, number] of [
    ["min", 1],
    ["low", 2],
    ["default", 3],
    ["3", 3],
    ["high", 4],
    ["max", 5],
    ["urgent", 5],
    ["u=4, i", 3],
    ["u=1", 3],
  ] as const)
    test(`the priority ${priority} is ${number}`, async () => {
      const headers = { Priority: priority };
      assert.equal((await hub.newItem(() => hub.ask(bell, { body: "x", headers }))).priority, number);
    });

  test("a body is the text whatever it is called, and nothing is news, too", async () => {
    for (const type of [
      "application/x-www-form-urlencoded",
      "text/plain",
      "application/octet-stream",
      "image/png",
      "no type",
    ])
      assert.equal(
        (await hub.newItem(() => hub.ask(bell, { body: "a=b&c", headers: { "content-type": type } }))).text,
        "a=b&c",
      );
    assert.equal((await hub.newItem(() => hub.ask(`${bell}/trigger`))).text, "");
    assert.equal((await hub.newItem(() => hub.ask(bell, { method: "POST" }))).text, "");
  });

  test("another program's own JSON is the text, as it stands", async () => {
    for (const json of [{ status: "firing", message: "x" }, ["a"], 7, "a"])
      assert.equal((await hub.newItem(() => hub.ask(bell, { json }))).text, JSON.stringify(json));
  });

  test("the bell can be told in the body, with or without a slash", async () => {
    const topic = bell.slice("/b/".length);
    for (const [path, method] of [
      ["/b", "POST"],
      ["/b/", "PUT"],
    ] as const) {
      const json = { topic, message: "by topic", priority: 5 };
      assert.deepEqual(await hub.newItem(() => hub.ask(path, { method, json })), { text: "by topic", priority: 5 });
    }
  });

  for (const [what, asked, code, message] of [
    [
      "an attachment",
      { body: "x", headers: { Attach: "https://example.org/a.png" } },
      400,
      /no use for an attachment: leave "attach" out/,
    ],
    ["a file name", { body: "x", headers: { "X-Filename": "a.png" } }, 400, /leave "x-filename" out/],
    ["an e-mail", { body: "x", headers: { Email: "me@example.org" } }, 400, /no use for an e-mail/],
    ["a delay", { body: "x", headers: { In: "10m" } }, 400, /no use for a delay: leave "in" out/],
    [
      "buttons",
      { body: "x", headers: { Actions: "view, Open, https://example.org" } },
      400,
      /no use for action buttons/,
    ],
    ["a call in JSON", { json: { message: "x", call: "yes" } }, 400, /no use for a phone call: leave "call" out/],
    [
      "a priority that is none",
      { body: "x", headers: { Priority: "9" } },
      400,
      /the priority is 1 to 5, or min, low, .* not "9"/,
    ],
    ["tags that are no list", { json: { message: "x", tags: "a" } }, 400, /tags are a list of texts, not a string/],
    ["a text that is none", { json: { message: 7 } }, 400, /text is a text, not a number/],
    [
      "no JSON",
      { body: "{", headers: { "content-type": "application/json" } },
      400,
      /not JSON: mend it, or send it as text\/plain/,
    ],
    ["bytes that are no text", { body: Uint8Array.of(0xff, 0xfe) }, 400, /not UTF-8/],
    ["a control character", { body: "a\u0007b" }, 400, /text has no control characters/],
    [
      "a click that runs",
      { body: "x", headers: { Click: "javascript:alert(1)" } },
      400,
      /click is an address of http, https or mailto/,
    ],
    [
      "an idempotency key of other letters",
      { body: "x", headers: { "Idempotency-Key": "\u00e4" } },
      400,
      /an idempotency key is/,
    ],
  ] as const)
    test(`${what}: refused in words, and nothing is stored`, async () => {
      const count = (await hub.items()).length;
      const answer = await said(hub.ask(bell, asked));
      assert.equal(answer.status, code);
      assert.match(String(answer["error"]), message);
      assert.equal(answer["http"], code);
      assert.equal((await hub.items()).length, count);
    });

  for (const [what, json, message] of [
    ["no topic", { message: "x" }, /an object of JSON with a "topic"/],
    ["an unknown field", { topic: "T", message: "x", priorty: 5 }, /there is no field "priorty": a ring has message/],
    ["no object", null, /an object of JSON with a "topic"/],
  ] as const)
    test(`${what} where the bell is told in the body: refused`, async () => {
      const answer = await said(hub.ask("/b", { json }));
      assert.equal(answer.status, 400);
      assert.match(String(answer["error"]), message);
    });

  test("the answer says what was said, as ntfy does, and nothing of the inbox", async () => {
    const answer = await said(hub.ask(bell, { body: "hi", headers: { Title: "T", Tags: "a" } }));
    const { id, time, ...rest } = answer;
    assert.match(String(id), /^[\w-]{8,}$/);
    assert.ok(Math.abs(Number(time) - Date.now() / 1_000) < 60);
    assert.deepEqual(rest, { status: 200, event: "message", topic: "bell", title: "T", message: "hi", tags: ["a"] });
  });

  test("who has said all, as a shell's nc -N, is answered still", async () => {
    const count = (await hub.items()).length;
    const request = `POST ${new URL(bell, hub.url).pathname} HTTP/1.1\r\nHost: localhost:${hub.port}\r\nContent-Length: 3\r\n\r\nbye`;
    assert.match(await rawHttp(hub.port, request), /^HTTP\/1\.1 200 .*"message":"bye"/s);
    assert.equal((await hub.items()).length, count + 1);
  });

  test("an idempotency key makes a repeat the same item; with another text it is refused", async () => {
    const count = (await hub.items()).length;
    const headers = { "Idempotency-Key": "order 66" };
    const first = await hub.ask(bell, { body: "once", headers });
    const second = await hub.ask(bell, { body: "once", headers });
    assert.equal(first.headers.get("idempotent-replayed"), null);
    assert.equal(second.headers.get("idempotent-replayed"), "true");
    assert.deepEqual(await second.json(), await first.json());
    const other = await said(hub.ask(bell, { body: "another", headers }));
    assert.deepEqual([other.status, other["code"]], [409, "KeyReused"]);
    assert.equal((await hub.items()).length, count + 1);
  });

  test("a bell that is paused, used up, too fast or gone says so", async () => {
    const id = async (address: string): Promise<string> => {
      const { bells } = await said(hub.ask("/v1/bells", { key: hub.manage }));
      const newest = (bells as { id: number }[]).at(-1);
      assert.ok(newest !== undefined, address);
      return `/v1/bells/${newest.id}`;
    };
    const refusal = async (address: string): Promise<unknown[]> => {
      const response = await hub.ask(address, { body: "x" });
      const { code, http } = (await response.json()) as { code: string; http: number };
      assert.equal(http, response.status);
      return [http, code, response.headers.get("retry-after") !== null];
    };
    const paused = await hub.newBell("paused");
    await hub.ask(await id(paused), { method: "PATCH", key: hub.manage, json: { paused: true } });
    assert.deepEqual(await refusal(paused), [403, "BellPaused", false]);
    await hub.ask(await id(paused), { method: "DELETE", key: hub.manage });
    assert.deepEqual(await refusal(paused), [404, "UnknownBell", false]);
    const once = await hub.newBell("once", { ringsMax: 1 });
    assert.equal((await hub.ask(once, { body: "x" })).status, 200);
    assert.deepEqual(await refusal(once), [403, "BellUsedUp", false]);
    const slow = await hub.newBell("slow", { perMinute: 1 });
    assert.equal((await hub.ask(slow, { body: "x" })).status, 200);
    assert.deepEqual(await refusal(slow), [429, "RateLimited", true]);
    const small = await hub.newBell("small", { bytesMax: 3 });
    assert.equal((await hub.ask(small, { body: "123" })).status, 200);
    const large = await said(hub.ask(small, { body: "1234" }));
    assert.deepEqual([large.status, large["code"]], [413, "TooLarge"]);
  });
});
