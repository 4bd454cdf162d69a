/** After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": a subscriber that is too slow is told what it missed; the notifier never waits for it. `node examples/dist/wifi-slow.js` */
import { once } from "node:events";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { publish, Subscriber } from "@doorbell-js/doorbell/push";

import { noWifi, wifi } from "./wifi-api.ts";

const events = 1_000;
const busy = new AbortController();
const done = new AbortController();
const handledAll = once(done.signal, "abort");

await using kernel = await Kernel.start();
using net = await publish(kernel, wifi, noWifi);
using connection = await kernel.connect(net.sid);

// Without a loop of one's own: a handler. The next ring waits until this one is handled.
let handled = 0;
let missed = 0;
await using _subscription = await new Subscriber(kernel, connection, wifi).follow(
  async ({ value, sequence, gap }) => {
    handled += 1;
    missed += gap ?? Number.NaN; // not known, if the notifier numbers them wrong
    if (!busy.signal.aborted) await once(busy.signal, "abort");
    if (sequence !== events) return;
    console.log(`${value.ssid}: ${handled + missed} events, and some were missed: ${missed > 0}`);
    done.abort();
  },
  { behind: "latest" },
);
for (let event = 1; event <= events; event += 1)
  await net.notify({ ssid: `network ${event}`, linkState: 2, ipv4: [192, 0, 2, 10] });
busy.abort();
await handledAll;
