/** A subscriber that is too slow is told what it missed; the notifier never waits for it. `node examples/dist/wifi-slow.js` */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";
import { Subscriber } from "@doorbell-js/doorbell/push";

import { NetManagerService, wifi } from "./wifi-api.ts";

const events = 1_000;
await using kernel = await Kernel.start();
const sid = Sid.random();
await using _thread = await kernel.spawn(new URL("./wifi-notifier.js", import.meta.url), { data: sid.words() });
using net = await kernel.connect(sid, NetManagerService);

let handled = 0;
let missed = 0;
const { promise: done, resolve } = (() => {
  let resolve = (): void => {};
  return { promise: new Promise<void>((settle) => (resolve = settle)), resolve: () => resolve() };
})();
const { promise: woken, resolve: wake } = (() => {
  let resolve = (): void => {};
  return { promise: new Promise<void>((settle) => (resolve = settle)), resolve: () => resolve() };
})();

// No loop of its own: a handler. The next ring waits until this one is handled.
await using _subscription = await new Subscriber(kernel, net.connection, wifi).follow(
  async ({ value, sequence, gap }) => {
    handled += 1;
    missed += gap;
    await woken; // busy with the first
    if (sequence === events) {
      console.log(`${value.ssid}: ${handled + missed} events, and some were missed: ${missed > 0}`);
      resolve();
    }
  },
  { behind: "latest" },
);
for (let event = 1; event <= events; event += 1)
  await net.StateChangeEvent({ ssid: `network ${event}`, linkState: 2, ipv4: [192, 0, 2, 10] });
wake();
await done;
