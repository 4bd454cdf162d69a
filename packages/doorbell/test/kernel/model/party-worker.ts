/** A worker that does one command at a time, as its port tells it. */
import type { MessagePort } from "node:worker_threads";

import "../support/woken.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Actor } from "./actor.ts";
import type { FromParty, ToParty } from "./party.ts";

const kernel = await Kernel.join();
const port = kernel.data as MessagePort;
const say = (message: FromParty): void => port.postMessage(message);
const actor = new Actor(kernel, (ticket, outcome) => say({ settled: ticket, outcome }));

port.on("message", (message: ToParty) => {
  if ("order" in message) void actor.begin(message.order).then(() => say({ done: true }));
  else if ("hear" in message)
    void actor.hear().then(
      () => say({ done: true }),
      (error: unknown) => say({ deaf: String(error) }),
    );
  else say({ left: actor.clear() });
});
