import { test } from "node:test";

import { again, runs } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import fc from "fast-check";

import { ModelDriver, STOP_AD } from "../../support/model-driver.ts";
import type { Manner } from "../../support/scripted-source.ts";

/** One step of a run; it shows its name and its numbers when a run fails. */
type Step = (driver: ModelDriver) => void | Promise<void>;

const RUNS = sized(500, 2_000);

const who = fc.nat(3);
const source = fc.constantFrom("random", "classified", "network", "box-a", "box-b");

const line = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("random?", "classified?", "network?") },
  { weight: 6, arbitrary: fc.constantFrom("notif", "notif", "notif random", "notif classified network") },
  { weight: 4, arbitrary: fc.constantFrom("stop_notif", "stop_notif\r\nnotif", "stop_notif\r\nnotif random") },
  { weight: 5, arbitrary: fc.constantFrom("inbox?", "inbox?", "notif inbox", "notif random inbox") },
  { weight: 4, arbitrary: fc.constantFrom("key k1", "key k2", "key k3", "key k1 2", "key no", "key", "key k1 x") },
  { weight: 4, arbitrary: fc.constantFrom("post an ad", "post anyone there?", "post €😀") },
  { weight: 3, arbitrary: fc.constantFrom("ping", "sources", "help") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      "rnd",
      "other?",
      "notif ",
      "notif nosuch",
      "PING",
      "ping\u0007",
      "post",
      "post OK",
      "post error: x",
      "post a\tb",
    ),
  },
);
const NOT_UTF8 = "(a byte of 255)\n";
const lastLine = fc.constantFrom("quit\r\n", `${"x".repeat(65)}\n`, NOT_UTF8, `post ${STOP_AD}\n`);
const commands = fc.tuple(line, fc.constantFrom("\r\n", "\r\n", "\n")).map((parts) => parts.join(""));
const said = fc.array(fc.oneof({ weight: 60, arbitrary: commands }, { weight: 1, arbitrary: lastLine }), {
  minLength: 1,
  maxLength: 6,
});
const sizes = fc.array(fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 30 })), {
  minLength: 1,
  maxLength: 5,
});
const bytes = (text: string): Buffer => (text === NOT_UTF8 ? Buffer.from([255, 10]) : Buffer.from(text));
const manner = fc.constantFrom<Manner>("now", "now", "soon", "later", "later", "never", "throws", "rejects", "rings");

function step<T extends unknown[]>(
  name: string,
  weight: number,
  args: fc.Arbitrary<T>,
  run: (driver: ModelDriver, ...args: T) => void | Promise<void>,
): fc.WeightedArbitrary<Step> {
  const arbitrary = args.map((values) => {
    const named: Step = (driver) => run(driver, ...values);
    return Object.assign(named, {
      [fc.toStringMethod]: () => `${name}(${values.map((value) => fc.stringify(value)).join(", ")})`,
    });
  });
  return { weight, arbitrary };
}

const steps: fc.WeightedArbitrary<Step>[] = [
  step("say", 14, fc.tuple(who, said, sizes, fc.boolean()), (driver, peer, lines, chunks, straggles) =>
    driver.say(peer, Buffer.concat(lines.map(bytes)), chunks, straggles),
  ),
  step("push", 8, fc.tuple(source, fc.integer({ min: 1, max: 4 })), (driver, name, count) => driver.push(name, count)),
  step("turn", 8, fc.tuple(), (driver) => driver.turn()),
  step(
    "behave",
    3,
    fc.tuple(fc.constantFrom("random", "classified", "network", "board", "box-a", "opener"), manner),
    (driver, name, how) => driver.behave(name, how),
  ),
  step("resolve", 4, fc.tuple(fc.nat(5), fc.boolean()), (driver, which, well) => driver.resolve(which, well)),
  step("block", 3, fc.tuple(who, fc.constantFrom(1, 64)), (driver, peer, room) => driver.block(peer, room)),
  step("read", 5, fc.tuple(who, fc.constantFrom(1, 40, Infinity, Infinity)), (driver, peer, bytes) =>
    driver.read(peer, bytes),
  ),
  step(
    "advance",
    3,
    fc.tuple(fc.constantFrom(1, 500, 1_000, 2_000, 7_001, 10_000, 29_000, 30_000, 40_000)),
    (driver, ms) => driver.advance(ms),
  ),
  step("open", 1, fc.tuple(), (driver) => driver.open()),
  step("inputEnded", 1, fc.tuple(who), (driver, peer) => driver.inputEnded(peer)),
  step("close", 1, fc.tuple(who), (driver, peer) => driver.close(peer)),
  step("endKey", 1, fc.tuple(fc.constantFrom("k1", "k2", "k3")), (driver, key) => driver.endKey(key)),
  step("settle", 2, fc.tuple(), (driver) => driver.settle()),
  step(
    "stop",
    1,
    fc.integer({ min: 0, max: 3 }).map((chance) => [chance] as [number]),
    (driver, chance) => (chance === 0 ? driver.stop() : undefined),
  ),
];

type Part = (driver: ModelDriver, one: number, other: number) => void | Promise<void>;

/** What chance alone would seldom bring together: these steps in this order, but for one that may be missing. */
function scenario(name: string, parts: readonly Part[]): fc.WeightedArbitrary<Step> {
  const most = fc.subarray([...parts.keys()], { minLength: parts.length - 1 });
  return step(name, 1, fc.tuple(who, who, most), async (driver, one, other, chosen) => {
    for (const index of chosen) await parts[index]?.(driver, one, other);
  });
}

const says = (peer: number, ...lines: readonly string[]) =>
  [peer, Buffer.from(lines.map((each) => `${each}\r\n`).join("")), [Infinity], false] as const;

const scenarios = [
  scenario("fetchedWhileItWaited", [
    (driver, one) => driver.say(...says(one, "notif")),
    (driver) => driver.behave("random", "later"),
    (driver, one) => driver.say(...says(one, "random?")),
    (driver, one) => driver.block(one, 1),
    (driver) => driver.push("network", 1),
    (driver) => driver.turn(),
    (driver) => driver.push("random", 2),
    (driver) => driver.turn(),
    (driver) => driver.resolve(0, true),
    (driver, one) => driver.read(one, Infinity),
  ]),
  scenario("twoSlowFetches", [
    (driver) => driver.behave("random", "never"),
    (driver, one) => driver.say(...says(one, "random?", "random?")),
    (driver) => driver.advance(7_001),
    (driver, _, other) => driver.say(...says(other, "random?")),
    (driver) => driver.advance(40_000),
  ]),
  scenario("stuckAtItsEnd", [
    (driver, one) => driver.read(one, Infinity),
    (driver, one) => driver.block(one, 64),
    (driver, one) => driver.say(...says(one, ...Array<string>(5).fill("ping"))),
    (driver, one) => driver.say(...says(one, ...Array<string>(7).fill("ping"), "quit")),
    (driver, one) => driver.read(one, 40),
    (driver) => driver.advance(29_000),
    (driver) => driver.advance(29_000),
  ]),
];

const options = fc.record({
  answersUnknown: fc.constantFrom(true, true, false),
  commandsPerSecondMax: fc.constantFrom(Infinity, Infinity, 3),
});
const run = fc.array(fc.oneof(...steps, ...scenarios), { minLength: 1, maxLength: 60, size: "max" });

test(
  `several sessions do what the protocol's text says, whatever happens (${RUNS} runs, ${again})`,
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(options, run, async (settings, list) => {
        const driver = new ModelDriver(settings);
        driver.open();
        driver.open();
        for (const each of list) await each(driver);
        await driver.settle();
        await driver.finish();
      }),
      runs(RUNS),
    );
  },
);
