/** T09: one client that asks as fast as it can is held to its limit, loses nothing, and takes nothing from others. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, quantile, report, zero } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { ChildServer } from "../../support/child-server.ts";
import { Healthy } from "../../support/healthy.ts";
import { wire } from "../../support/wire.ts";

/** Commands in a second, by default. */
const LIMIT = 10_000;
/** With that limit: more than two or five seconds, many times as long as the others are measured. */
const COMMANDS = sized(25_000, 55_000);
/** The others say so many commands, which gives their times. */
const SAMPLES = sized(1_000, 3_000);
const OTHERS = 10;
const RSS_BYTES_MAX = 64 * 2 ** 20;

const floods: Readonly<Record<string, { readonly commands: readonly string[]; readonly answers: readonly string[] }>> =
  {
    valid: { commands: ["ping", "sources", "stop_notif"], answers: ["pong", "ticks", "OK"] },
    invalid: {
      commands: ["nonsense", "\u0000\u0001", "", "ping"],
      answers: [...Array<string>(3).fill("error: unknown command"), "pong"],
    },
  };

for (const [name, { commands, answers }] of Object.entries(floods))
  test(`T09 flood, ${name}: the others are served, and every command is answered`, async (t) => {
    await using server = await ChildServer.start({ listen: [{ port: 0 }] });
    const door = { port: server.port };
    await using healthy = await Healthy.start(OTHERS, [door]);
    const base = quantile(await healthy.latencies(SAMPLES), 0.99);
    const before = await server.picture();

    await using flooder = await wire(door);
    const start = performance.now();
    const round = commands.map((command) => `${command}\r\n`).join("");
    flooder.send(round.repeat(Math.ceil(COMMANDS / commands.length)));
    const all = Math.ceil(COMMANDS / commands.length) * commands.length;
    await until("the first answers to the flood", () => flooder.lines.length > 1_000);
    const overtaken = await healthy.overtaken(SAMPLES, () => flooder.lines.length);
    const beside = quantile(healthy.latest, 0.99);
    const share = healthy.leastShare;
    assert.ok(flooder.lines.length < all, "the flood was over before the others were measured");
    await until("all answers to the flood", () => flooder.lines.length >= all, 60_000, { everyMs: 20 });
    const took = performance.now() - start;
    for (let at = 0; at < all; at += 1) {
      if (flooder.lines[at] !== answers[at % answers.length])
        assert.fail(`command ${at} was answered by ${flooder.lines[at]}`);
    }
    flooder.send("quit\r\n");
    await until("the end of the flood", () => flooder.closed);
    assert.deepEqual(flooder.lines.slice(all), ["OK"], "one answer for each");
    const after = await server.picture();
    const { throttled } = after.stats;
    // In each second but the last, if the machine lets it come to 10,000 commands in it.
    assert.ok(throttled >= sized(1, 3), `it was held back ${throttled} times in ${all} commands`);
    assert.ok(took >= sized(2_000, 5_000), `${all} commands were answered in ${ms(took)}`);
    const grown = after.rssBytesMax - before.rssBytesMax;
    assert.ok(grown < RSS_BYTES_MAX, `memory grew by ${grown} bytes`);
    assert.ok(share >= 1 / (2 * OTHERS), `the least served of ${OTHERS} had ${share} of the answers`);
    // Turns, not times: what the flood may say in a second goes at once, and then it waits while the others are served.
    const [most, mostly] = [Math.max(...overtaken), quantile(overtaken, 0.9)];
    assert.ok(most <= 2 * LIMIT, `${most} commands of the flood were answered while one other waited`);
    assert.ok(mostly < LIMIT / 10, `${mostly} commands of the flood were answered while one in ten others waited`);
    const others = `p99 of ${OTHERS} others ${ms(beside)} (without ${ms(base)}), least share ${share.toPrecision(2)}`;
    const memory = `memory +${(grown / 2 ** 20).toFixed(1)} MiB (limit 64 MiB)`;
    const figures = `${Math.round(all / (took / 1_000))} commands/s, ${others}, ${memory}, throttled ${throttled}`;
    report(t, `T09 flood, ${name}: ${figures}, overtaken by ${most} at most, lost ${zero(all)}`);
  });
