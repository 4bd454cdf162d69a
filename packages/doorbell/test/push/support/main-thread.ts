/** Main on a thread of its own: it says what comes to it, and looks at nothing while it is told to be busy. */
import { parentPort } from "node:worker_threads";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { lend, scalar, service } from "../../../src/kernel/service/service.ts";
import { readRing, type Ring } from "../../../src/push/subscriber.ts";
import { type Tick, tick, ticks } from "./ticks.ts";

/** The thread reports each message so: a ring, or the number of another message. */
export type Came = { readonly ring: Ring<Tick> | undefined; readonly number: number | undefined };

const kernel = await Kernel.join();
const { sid, declared } = kernel.data as { readonly sid: SidWords; readonly declared: boolean };
const say = (came: Came): void => parentPort?.postMessage(came);

if (declared) {
  // The same by a service that declares the opcode: it is given the event alone.
  const main = await kernel.createServer(service({ Wifi: lend(7, { value: tick }), mark: scalar(8) }), {
    sid: Sid.from(sid),
  });
  for await (const message of main) {
    using _ = message;
    if (message.is("Wifi")) say({ ring: undefined, number: message.value.number });
  }
} else {
  const main = await kernel.createServer({ sid: Sid.from(sid), queueMax: 4 });
  for (;;) {
    const message = await main.receive();
    if (message.id === 9) {
      const free = new Promise<void>((resolve) => parentPort?.once("message", () => resolve()));
      say({ ring: undefined, number: -1 });
      await free;
    } else say({ ring: readRing(ticks, message), number: message.kind === "scalar" ? message.words[0] : undefined });
    message[Symbol.dispose]();
  }
}
