/** The real client and the real server's core, over a simulated network that delays, splits and cuts. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { again, runs } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import * as fc from "fast-check";

import { outcome } from "../../support/client-mock.ts";
import { TAGS, World } from "../../support/client-world.ts";
import { sequenceOf } from "../../support/json-inbox.ts";

const RUNS = sized(150, 800);

/** One thing that happens. */
type Step =
  | { readonly do: "ad" | "number" | "item" | "cut" | "down" | "up" }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "ask"; readonly call: number; readonly abortMs: number | undefined };

const pass = fc.oneof(fc.nat(50), fc.nat(3_000), fc.nat(40 * 60_000)).map((ms): Step => ({ do: "pass", ms }));
const news = fc.constantFrom<Step>({ do: "ad" }, { do: "ad" }, { do: "number" }, { do: "item" }, { do: "item" });
const trouble = fc.constantFrom<Step>({ do: "cut" }, { do: "cut" }, { do: "cut" }, { do: "down" }, { do: "up" });
const ask = fc.record({
  do: fc.constant("ask" as const),
  call: fc.nat(15),
  abortMs: fc.option(fc.nat(60), { nil: undefined }),
});
const travel = fc.record({
  delayMaxMs: fc.constantFrom(0, 1, 20, 200),
  segmentMax: fc.constantFrom(1, 5, 40, Infinity),
});
const start = { seed: fc.nat(2 ** 31 - 1), travel };

async function happen(
  world: World,
  step: Step,
  text: () => string,
  counts: { ads: string[]; numbers: number[] },
): Promise<void> {
  if (step.do === "ad") {
    const ad = text();
    counts.ads.push(ad);
    world.board.push(ad);
  } else if (step.do === "number") {
    counts.numbers.push(counts.numbers.length + 1);
    world.numbers.push(String(counts.numbers.length));
  } else if (step.do === "item") world.inbox.push(text());
  else if (step.do === "cut") world.net.cut();
  else if (step.do === "down" || step.do === "up") world.net.isDown = step.do === "down";
  else if (step.do === "pass") await world.pass(step.ms);
}

/** Nothing is broken any more, and there is time. */
async function heal(world: World): Promise<void> {
  world.net.isDown = false;
  await world.pass(200_000);
}

test(`with the server: every ad and every item of the inbox is received once and in order, the newest number in the end (${again})`, async (t) => {
  const seen = { cuts: 0, connections: 0, ads: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...start,
        steps: fc.array(
          fc.oneof({ weight: 4, arbitrary: news }, { weight: 4, arbitrary: pass }, { weight: 1, arbitrary: trouble }),
          { minLength: 10, maxLength: 60 },
        ),
      }),
      fc.infiniteStream(fc.constantFrom("a", "b")),
      async ({ seed, travel, steps }, texts) => {
        const world = new World({ seed, travel, client: { key: "read_key" } });
        const counts = { ads: [] as string[], numbers: [] as number[] };
        const got = { ads: [] as string[], numbers: [] as number[], items: [] as string[] };
        const failures: unknown[] = [];
        const reading = [
          read(world.client.items("classified"), got.ads),
          read(world.client.items("random"), got.numbers),
          read(world.client.items("inbox"), got.items),
        ].map((each) => each.catch((error: unknown) => failures.push(error)));
        for (const step of steps) {
          await happen(world, step, () => texts.next().value as string, counts);
          if (step.do === "cut") seen.cuts += 1;
        }
        await heal(world);
        assert.deepEqual(failures, [], "no reader fails");
        assert.deepEqual(got.ads, counts.ads, "every ad, once, in order");
        assert.deepEqual(
          got.items.map(sequenceOf),
          Array.from({ length: world.inbox.newest }, (_, n) => n + 1),
          "every item of the inbox, once, in order",
        );
        assert.equal(got.numbers.at(-1), counts.numbers.at(-1) ?? 0, "the newest number");
        assert.ok(
          got.numbers.every((number, n) => n === 0 || number > (got.numbers[n - 1] ?? 0)),
          `no number twice, none out of order: ${got.numbers.join()}`,
        );
        seen.connections += world.client.stats().connections;
        seen.ads += got.ads.length;
        await world.client.close();
        await Promise.all(reading);
      },
    ),
    { ...runs(RUNS), includeErrorInReport: true },
  );
  t.diagnostic(JSON.stringify(seen));
});

test(`with the server: no answer goes to the wrong call, no notification is lost or invented, every call settles (${again})`, async (t) => {
  const ends: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...start,
        steps: fc.array(
          fc.oneof(
            { weight: 3, arbitrary: news },
            { weight: 3, arbitrary: pass },
            { weight: 1, arbitrary: trouble },
            { weight: 6, arbitrary: ask },
          ),
          { minLength: 10, maxLength: 60 },
        ),
        follows: fc.boolean(),
      }),
      async ({ seed, travel, steps, follows }) => {
        const counts = { ads: [] as string[], numbers: [] as number[] };
        const handled: string[] = [];
        const available: string[] = [];
        const note = (source: string) => (): void => void available.push(source);
        const world = new World({
          seed,
          travel,
          client: {
            ...(follows && { received: { classified: (ad: string) => void handled.push(ad) } }),
            available: Object.fromEntries(["random", "classified", ...TAGS].map((source) => [source, note(source)])),
          },
        });
        const taken: string[] = [];
        const calls: Promise<void>[] = [];
        let open = 0;
        for (const step of steps) {
          if (step.do !== "ask") await happen(world, step, () => `ad ${counts.ads.length}`, counts);
          else {
            open += 1;
            const call = user(world, step, counts, taken).then((end) => {
              open -= 1;
              ends[end] = (ends[end] ?? 0) + 1;
            });
            calls.push(call);
          }
        }
        if (follows) void outcome(world.client.notify());
        await heal(world);
        assert.equal(open, 0, "every call has settled");
        await Promise.all(calls);
        const heard = world.net.connections.flatMap((connection) =>
          [...connection.heard.matchAll(/^notif: (.+)\r\n/gm)].map((match) => match[1]),
        );
        assert.deepEqual(available, heard, "every notification that came, and no other");
        if (follows) {
          const order = handled.map((ad) => counts.ads.indexOf(ad));
          assert.ok(
            order.every((at, n) => n === 0 || at > (order[n - 1] ?? 0)),
            `none twice, none out of order: ${handled.join()}`,
          );
          for (const ad of counts.ads) assert.ok(handled.includes(ad) || taken.includes(ad), `${ad} is lost`);
        }
        await world.client.close();
      },
    ),
    { ...runs(RUNS), includeErrorInReport: true },
  );
  t.diagnostic(JSON.stringify(ends));
});

async function read<T>(items: AsyncIterable<T>, into: T[]): Promise<void> {
  for await (const item of items) into.push(item);
}

/** A call of some kind, given up or not. What it gives must be an answer to it. */
async function user(
  world: World,
  { call, abortMs }: Extract<Step, { do: "ask" }>,
  counts: { ads: string[]; numbers: number[] },
  taken: string[],
): Promise<string> {
  const { client, clock } = world;
  const controller = new AbortController();
  if (abortMs !== undefined) clock.after(abortMs, () => controller.abort());
  const options = abortMs === undefined ? {} : { signal: controller.signal };
  const tag = TAGS[call];
  const before = counts.numbers.length;
  const ended = await outcome<unknown>(
    tag !== undefined
      ? client.fetch(tag, options).then((text) => assert.equal(text, tag))
      : call < 10
        ? client.random(options).then((number) => assert.ok(number >= before, `${number} is older than the call`))
        : call < 12
          ? client.classified(options).then((ad) => void taken.push(ad))
          : call === 12
            ? client.command("ping", options).then((text) => assert.equal(text, "pong"))
            : call === 13
              ? client.notify(options)
              : call === 14
                ? client.stopNotify(options)
                : paused(world, options),
  );
  return typeof ended === "string" ? ended : "answered";
}

/** A pause of a while, with a call in it. */
async function paused({ client }: World, options: { signal?: AbortSignal }): Promise<void> {
  const pause = await client.pauseNotifications(options);
  try {
    assert.equal(await client.fetch("tag-0", options), "tag-0");
  } finally {
    await pause[Symbol.asyncDispose]();
  }
}
