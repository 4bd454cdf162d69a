/** A public face among clients that flood it or take no answers: everybody else is served. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { until, within } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { face, here } from "../../../src/kernel/service/face.ts";
import { Private, Public } from "../service/face-apis.ts";
import type { PrivateOptions } from "../service/face-private.ts";
import { Threads } from "../support/threads.ts";
import { Count, type PestJob, unreadMax } from "./face-pest-job.ts";

const PestFace = face(Public, Private, { note: "note", twice: "double", look: "look", ping: here });

/** How many calls of each kind an honest client makes meanwhile. */
const calls = 200;
/** A hundred times what one call takes between busy threads. */
const deadlineMs = 20_000;

for (const does of ["floods", "takes no answer"] as const) {
  test(`K10 a client of a face that ${does} stops nobody else`, { timeout: 120_000 }, async (t) => {
    await using kernel = await Kernel.start();
    await using threads = new Threads();
    const sid = Sid.random();
    const data: PrivateOptions = { sid: sid.words(), queueMax: 128 };
    threads.add(await kernel.spawn(new URL("../service/face-private.js", import.meta.url), { data }));
    const inner = await kernel.connect(sid, Private);
    const server = await kernel.createServer(Public);
    void PestFace.serve(server, inner, { ping: ({ words }) => words[0] });

    const shared = new SharedArrayBuffer(16);
    const counters = new Int32Array(shared);
    const count = (which: keyof typeof Count): number => Atomics.load(counters, Count[which]);
    const job: PestJob = { sid: server.sid.words(), does, counters: shared };
    const pest = threads.add(await kernel.spawn(new URL("./face-pest.js", import.meta.url), { data: job }));
    const isBusy = (): boolean => (does === "floods" ? count("sent") > 1_000 : count("deaf") === 1);
    await until(`the client that ${does}`, isBusy, deadlineMs);

    using client = await kernel.connect(server.sid, Public);
    const before = count("sent");
    const began = performance.now();
    for (let at = 0; at < calls; at += 1) {
      assert.equal(await within("a call that goes on", client.twice(at), deadlineMs), at * 2);
      assert.equal(await within("a call that is answered here", client.ping(at), deadlineMs), at);
    }
    const tookMs = performance.now() - began;
    if (does === "floods") assert(count("sent") > before, "nobody flooded meanwhile");
    else assert.equal(count("sent"), unreadMax);

    Atomics.store(counters, Count.enough, 1);
    Atomics.notify(counters, Count.enough);
    assert.equal(await within("the end of the other client", pest.exited, deadlineMs), 0);
    if (does === "takes no answer") assert.equal(count("answered"), unreadMax, "an answer was lost");
    report(t, `K10 faces, one client ${does}: ${2 * calls} calls of another in ${tookMs.toFixed(0)} ms`);
    server.destroy({ force: true });
  });
}
