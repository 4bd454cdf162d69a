import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Threads } from "../support/threads.ts";

const count = sized(20, 100);
const skip = process.platform === "linux" ? false : "reads /proc, which is Linux's";

/** Processor time of all threads of this process, in nanoseconds, and how often they gave up the processor. */
function used(): { readonly ns: number; readonly switches: number } {
  let ns = 0;
  let switches = 0;
  for (const task of readdirSync("/proc/self/task")) {
    ns += Number(readFileSync(`/proc/self/task/${task}/schedstat`, "utf8").split(" ")[0]);
    switches += Number(
      /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/self/task/${task}/status`, "utf8"))?.[1],
    );
  }
  return { ns, switches };
}

/** The promise: at most one look in two seconds, and at most 0.02 % of a core, for each thread. */
const windowMs = sized(4_000, 10_000);
const windowsMax = sized(6, 4);
const looksMax = windowMs / 2_000;
const coreMax = 0.02 / 100;

test(
  `K8 T32 ${count} parked servers look once in two seconds at most, and take 0.02 % of a core each at most`,
  { skip, timeout: 120_000 },
  async (t) => {
    await using kernel = await Kernel.start();
    await using threads = new Threads();
    // The kernel's own thread has a server, too, and a client.
    await kernel.names.trustedInitDone();
    const started = Array.from({ length: count }, async () => {
      const sid = Sid.random();
      const data = { sid: sid.words(), sync: true, counters: new SharedArrayBuffer(8) };
      threads.add(await kernel.spawn(new URL("./busy-server.js", import.meta.url), { data }));
      const connection = await kernel.connect(sid);
      assert.deepEqual(await connection.blockingScalar(1, [1, 2]), [3]);
    });
    await Promise.all(started);
    let core = Infinity;
    let looks = Infinity;
    // A thread that works does so in every window; what threads compile, collect and spin at first is in one or two of them.
    for (let window = 0; window < windowsMax && (core > coreMax || looks > looksMax); window += 1) {
      const before = used();
      await sleep(windowMs);
      const after = used();
      core = Math.min(core, (after.ns - before.ns) / 1e6 / windowMs / count);
      looks = Math.min(looks, (after.switches - before.switches) / count);
    }
    report(
      t,
      `T32 idle kernel: ${count} parked servers, ${(core * 100).toPrecision(2)} % of a core each (limit ${coreMax * 100} %), ${looks} switches each in ${windowMs / 1_000} s (limit ${looksMax})`,
    );
    assert(core <= coreMax, `a parked server takes ${core * 100} % of a core`);
    assert(looks <= looksMax, `a parked server is switched to ${looks} times in ${windowMs} ms`);
  },
);
