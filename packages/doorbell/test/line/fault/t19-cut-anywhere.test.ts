/** T19: a connection cut at any byte, in either direction, by RST or FIN, loses no item and repeats none. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { until } from "@doorbell-js/test-support/until";

import { Client } from "../../../src/line/client/client.ts";
import { dialer } from "../../../src/line/client/connect.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { systemClock } from "../../../src/line/time.ts";
import { Cutter, type Cut } from "../../support/client-cutter.ts";
import { MemoryInboxes } from "../../support/inboxes.ts";
import { JsonInbox, sequenceOf } from "../../support/json-inbox.ts";

/** With repeated texts, so that only their places tell them apart. */
const ADS = ["A flat", "A bike", "A flat", "A flat", "A cat", "A bike"];
const KEY = "read_key";
const ITEMS = 3;
const LANES = 8;

interface Played {
  readonly bytes: { readonly up: number; readonly down: number };
  readonly lines: number;
  readonly wasCut: boolean;
  readonly connections: number;
}

/** A session in which some ads wait and others come, one by one, and a number comes, over a connection that is cut. */
async function play(cut: Cut | undefined, random: () => number): Promise<Played> {
  const board = new MemorySource();
  const numbers = new MemorySource({ keep: 1, repeat: true });
  numbers.push("1");
  const ads = [...ADS];
  for (let n = 0; n < 2; n++) board.push(ads.shift() ?? "");
  const inboxes = new MemoryInboxes();
  const inbox = new JsonInbox(inboxes.add(KEY));
  for (let n = 0; n < 2; n++) inbox.push("waits");
  await using server = new LineServer({
    sources: { classified: board, random: numbers },
    openInbox: async (key) => inboxes.open(key),
  });
  const { port } = await server.listen({ port: 0 });
  await using proxy = await Cutter.start(port, cut);
  const got = { ads: [] as string[], numbers: [] as number[], items: [] as number[] };
  const dial = dialer({ port: proxy.port }, { connectMs: 5_000, keepAliveMs: 60_000 });
  await using client = new Client(
    { dial, clock: systemClock, random },
    {
      backoffMs: 2,
      key: KEY,
      received: {
        classified: (ad) => {
          got.ads.push(ad);
          const next = ads.shift();
          if (next !== undefined) board.push(next);
        },
        random: (number) => void got.numbers.push(number),
      },
    },
  );
  const reading = (async () => {
    for await (const item of client.items("inbox")) {
      got.items.push(sequenceOf(item));
      if (inbox.newest < ITEMS) inbox.push("comes");
    }
  })();
  const where = cut === undefined ? "no cut" : `${cut.manner} at byte ${cut.atByte} ${cut.direction} (seed ${seed})`;
  const isAll = (): boolean => got.ads.length >= ADS.length && got.items.length >= ITEMS;
  await until(`the ads and items, ${where}: ${got.ads.join()} ${got.items.join()}`, isAll, 20_000, { everyMs: 1 });
  const played = {
    bytes: { ...proxy.bytes },
    lines: proxy.lines,
    wasCut: proxy.wasCut,
    connections: client.stats().connections,
  };
  // Whatever would come twice has come before these.
  numbers.push("2");
  board.push("the end");
  inbox.push("the end");
  const isEnd = (): boolean => got.ads.includes("the end") && got.numbers.includes(2) && got.items.includes(ITEMS + 1);
  await until(`the end, ${where}`, isEnd, 20_000, { everyMs: 1 });
  const items = Array.from({ length: ITEMS + 1 }, (_, n) => n + 1);
  assert.deepEqual(got, { ads: [...ADS, "the end"], numbers: [1, 2], items }, `lost, inverted or repeated: ${where}`);
  await client.close();
  await reading;
  return played;
}

test("T19 cut at every byte: lost 0, inversions 0, dups 0", async (t) => {
  const random = new Random();
  const draw = (): number => random.below(2 ** 31) / 2 ** 31;
  const whole = await play(undefined, draw);
  assert.ok(whole.lines >= 40, `a session of ${whole.lines} lines`);
  const cuts: Cut[] = [];
  for (const direction of ["up", "down"] as const)
    for (let atByte = 0; atByte <= whole.bytes[direction]; atByte++)
      for (const manner of ["rst", "fin"] as const) cuts.push({ direction, atByte, manner });
  let done = 0;
  let cut = 0;
  let reconnections = 0;
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let next = cuts[done++]; next !== undefined; next = cuts[done++]) {
      const { wasCut, connections } = await play(next, draw);
      if (wasCut) cut += 1;
      reconnections += connections - 1;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  assert.ok(cut > cuts.length * 0.9, `${cut} of ${cuts.length} connections were cut`);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  report(
    t,
    `T19 cut at every byte: ${cut} cut points of a session of ${whole.lines} lines, RST and FIN, ${reconnections} reconnections, ` +
      `lost ${zero(cut)}, inversions 0, dups 0, ${seconds} s, seed ${seed}`,
  );
});
