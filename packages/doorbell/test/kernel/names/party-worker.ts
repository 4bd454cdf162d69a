/** A worker that does with names what it is told, one after the other or, where it awaits, at the same time. */
import type { MessagePort } from "node:worker_threads";

import { Kernel } from "../../../src/kernel/kernel.ts";
import { type Form, NameActor } from "./actor.ts";
import type { FromWorker, ToWorker } from "./party.ts";

const kernel = await Kernel.join();
const { port, form } = kernel.data as { readonly port: MessagePort; readonly form: Form };
const actor = new NameActor(kernel, form);

port.on("message", ({ number, operation }: ToWorker) => {
  void actor.run(operation).then((result) => {
    const told: FromWorker = { number, result };
    port.postMessage(told);
  });
});
