/** After the Xous book's chapter "Asynchronous Idioms or 'Push Notifications'": a notifier dies and comes back: the subscriber hears of it, and subscribes again. `node examples/dist/wifi-comes-back.js` */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";
import { Subscriber } from "@doorbell-js/doorbell/push";

import { NetManagerService, wifi } from "./wifi-api.ts";

await using kernel = await Kernel.start();

for (const ssid of ["attic", "cellar"]) {
  const sid = Sid.random();
  const thread = await kernel.spawn(new URL("./wifi-notifier.js", import.meta.url), { data: sid.words() });
  using net = await kernel.connect(sid, NetManagerService);
  let told = (): void => {};
  const rung = new Promise<void>((resolve) => (told = resolve));
  const subscription = await new Subscriber(kernel, net.connection, wifi).follow(({ value, sequence }) => {
    console.log(value.ssid, sequence);
    told();
  });
  await net.StateChangeEvent({ ssid, linkState: 2, ipv4: [192, 0, 2, 10] });
  await rung;
  await thread.terminate();
  console.log(`over: the ${await subscription.ended} has gone`);
}
