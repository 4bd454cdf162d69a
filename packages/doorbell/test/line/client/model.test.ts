/** The client against a scripted server: random calls, splits, delays, notifications, cuts, silences, over hours. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { again, Random, runs } from "@doorbell-js/test-support/seed";
import * as fc from "fast-check";

import { Client } from "../../../src/line/client/client.ts";
import { outcome, settle } from "../../support/client-mock.ts";
import { ScriptServer, type Temper } from "../../support/client-script.ts";
import { SimNet } from "../../support/client-sim.ts";

const RUNS = 800;
const kinds = ["random", "fetch", "refused", "post", "command", "notify", "stopNotify", "pause", "waitNotif"] as const;

type Step =
  | { readonly do: "call"; readonly kind: (typeof kinds)[number]; readonly abortMs: number | undefined }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "notify" | "malformed"; readonly line: string }
  | { readonly do: "turn"; readonly temper: Temper }
  | { readonly do: "cut" | "down" | "up" };

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      kind: fc.constantFrom(...kinds),
      abortMs: fc.option(fc.nat(100), { nil: undefined, freq: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc
      .oneof(fc.nat(30), fc.nat(2_000), fc.nat(12_000), fc.nat(3_600_000))
      .map((ms): Step => ({ do: "pass", ms })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("notify" as const),
      line: fc.constantFrom("random", "classified", "network"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("malformed" as const),
      line: fc.constantFrom("notif:random", "notif:", "notif: ", "notif: A"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("turn" as const),
      temper: fc.constantFrom<Temper>("prompt", "slow", "slow", "silent"),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "cut" }, { do: "cut" }, { do: "down" }, { do: "up" }) },
);

test(`model: each answer to its call, each notification once, every call settles (${again})`, async (t) => {
  const ends: Record<string, number> = {};
  const scenario = fc.record({
    seed: fc.nat(2 ** 31 - 1),
    travel: fc.record({ delayMaxMs: fc.constantFrom(0, 1, 20, 200), segmentMax: fc.constantFrom(1, 5, 40, Infinity) }),
    burst: fc.constantFrom("queue" as const, "queue" as const, "refuse" as const),
    steps: fc.array(step, { minLength: 10, maxLength: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ seed, travel, burst, steps }) => {
      const server = new ScriptServer();
      const clock = new FakeClock();
      const random = new Random(seed);
      const net = new SimNet(clock, random, travel, server.accept);
      const available: string[] = [];
      const note = (source: string) => (): void => void available.push(source);
      const client = new Client(
        { dial: net.dial, clock, random: () => random.below(1_000) / 1_000 },
        { burst, available: { random: note("random"), classified: note("classified"), network: note("network") } },
      );
      const pass = async (ms: number): Promise<void> => {
        const end = clock.now() + ms;
        do await settle();
        while (clock.runNext(end));
        await settle();
      };
      const waiting = new AbortController();
      const calls: Promise<void>[] = [];
      const numbers: number[] = [];
      let open = 0;
      for (const [n, now] of steps.entries()) {
        if (now.do === "pass") await pass(now.ms);
        else if (now.do === "turn") server.turn(now.temper);
        else if (now.do === "notify") server.notify(now.line);
        else if (now.do === "malformed") server.malformed(now.line);
        else if (now.do === "cut") net.cut();
        else if (now.do !== "call") net.isDown = now.do === "down";
        else {
          open += 1;
          const controller = new AbortController();
          if (now.abortMs !== undefined) clock.after(now.abortMs, () => controller.abort());
          const signal =
            now.kind === "waitNotif" ? AbortSignal.any([waiting.signal, controller.signal]) : controller.signal;
          const call = make(client, now.kind, n, numbers, signal).then((end) => {
            open -= 1;
            ends[end] = (ends[end] ?? 0) + 1;
          });
          calls.push(call);
        }
      }
      net.isDown = false;
      server.turn("prompt");
      await pass(120_000);
      waiting.abort();
      await settle();
      assert.equal(open, 0, "every call settles");
      await Promise.all(calls);
      assert.ok(
        numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0)),
        `numbers in the order they were asked for: ${numbers.join()}`,
      );
      const came = net.connections
        .filter(({ isAccepted }) => isAccepted)
        .map(({ heard }) => matches(heard, /^notif: ([a-z]+)\r\n/gm));
      assert.deepEqual(available, came.flat(), "each notification that came, once and in order");
      const said = server.notified.map((sources, n) =>
        n + 1 < came.length ? sources.slice(0, came[n]?.length) : sources,
      );
      assert.deepEqual(came, said, "what the server said, up to the cut");
      const malformed = net.connections.flatMap(({ heard }) => matches(heard, /^notif:(random|| | A)\r\n/gm));
      assert.equal(client.stats().ignored, malformed.length, "nothing else was ignored");
      await client.close();
      await pass(0);
    }),
    { ...runs(RUNS), includeErrorInReport: true },
  );
  t.diagnostic(JSON.stringify(ends));
});

function matches(text: string, what: RegExp): (string | undefined)[] {
  return [...text.matchAll(what)].map((match) => match[1]);
}

/** A call, and how it ended. What it gives must be the answer to it. */
async function make(
  client: Client,
  kind: (typeof kinds)[number],
  n: number,
  numbers: number[],
  signal: AbortSignal,
): Promise<string> {
  const ended = await outcome<unknown>(
    {
      random: () => client.random({ signal }).then((number) => void numbers.push(number)),
      fetch: () => client.fetch(`s${n}`, { signal }).then((text) => assert.equal(text, `answer to s${n}?`)),
      refused: () =>
        client.fetch(`no-${n}`, { signal }).then(
          () => assert.fail("it was refused"),
          (error: Error & { code: string }) => {
            if (error.code === "Refused") assert.equal(error.message, `the server answered: no-${n}?`);
            throw error;
          },
        ),
      post: () => client.post(`ad ${n}`, { signal }),
      command: () => client.command(`say ${n}`, { signal }).then((text) => assert.equal(text, `answer to say ${n}`)),
      notify: () => client.notify({ signal }),
      stopNotify: () => client.stopNotify({ signal }),
      waitNotif: () =>
        client.waitNotif({ signal }).then(({ source }) => assert.match(source, /^(random|classified|network)$/)),
      async pause() {
        const pause = await client.pauseNotifications({ signal });
        await using paused = pause;
        void paused;
        assert.equal(await client.fetch(`p${n}`, { signal }), `answer to p${n}?`);
      },
    }[kind](),
  );
  return typeof ended === "string" ? ended : "answered";
}
