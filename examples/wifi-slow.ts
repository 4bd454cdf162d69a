/** A subscriber that is too slow is told what it missed; the notifier never waits for it. `node examples/dist/wifi-slow.js` */
import { once } from "node:events";

import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";
import { Subscriber } from "@doorbell-js/doorbell/push";

import { NetManagerService, wifi } from "./wifi-api.ts";

const events = 1_000;
const busy = new AbortController();
const done = new AbortController();
const handledAll = once(done.signal, "abort");

await using kernel = await Kernel.start();
const sid = Sid.random();
await using _thread = await kernel.spawn(new URL("./wifi-notifier.js", import.meta.url), { data: sid.words() });
using net = await kernel.connect(sid, NetManagerService);

// Without a loop of one's own: a handler. The next ring waits until this one is handled.
let handled = 0;
let missed = 0;
await using _subscription = await new Subscriber(kernel, net.connection, wifi).follow(
  async ({ value, sequence, gap }) => {
    handled += 1;
    missed += gap ?? 0;
    if (!busy.signal.aborted) await once(busy.signal, "abort");
    if (sequence !== events) return;
    console.log(`${value.ssid}: ${handled + missed} events, and some were missed: ${missed > 0}`);
    done.abort();
  },
  { behind: "latest" },
);
for (let event = 1; event <= events; event += 1)
  await net.StateChangeEvent({ ssid: `network ${event}`, linkState: 2, ipv4: [192, 0, 2, 10] });
busy.abort();
await handledAll;
