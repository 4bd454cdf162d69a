/** Our notifier, on its thread. `data.waits`: whether it is never faster than its subscribers. */
import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";
import { Subscribers } from "@doorbell-js/doorbell/push";

import { events, EventService, newEvent } from "../event.ts";

const kernel = await Kernel.join();
const { sid, waits } = kernel.data as { readonly sid: SidWords; readonly waits: boolean };
const net = await kernel.createServer(EventService, { sid: Sid.from(sid) });
const subscribers = new Subscribers(kernel, events);

await net.serve({
  Subscribe: async (message) => await subscribers.add(message, newEvent()),
  Unsubscribe: (message) => subscribers.remove(message),
  async notify({ words: [count] }) {
    for (let left = count; left > 0; left -= 1) {
      const told = subscribers.notify(newEvent());
      if (waits) await told;
    }
  },
});
