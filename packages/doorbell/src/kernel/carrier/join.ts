import { once } from "node:events";
import { type MessagePort, workerData } from "node:worker_threads";

import type { ToThread } from "../broker/index.ts";
import { KernelError } from "../errors.ts";
import { Wake } from "../ring/index.ts";
import { Station } from "../thread/index.ts";
import { threadPowers } from "./thread-powers.ts";

/** What a spawned worker finds in its `workerData`. */
export interface Invitation {
  readonly doorbell: MessagePort;
  readonly data: unknown;
}

/** The invitation that this worker was spawned with. */
export function invitation(): Invitation {
  const found = workerData as Partial<Invitation> | null | undefined;
  if (typeof found !== "object" || found?.doorbell === undefined) {
    throw new KernelError(
      "InvalidArgument",
      "This thread was not spawned by a kernel: give Kernel.join the port of an invitation.",
    );
  }
  return found as Invitation;
}

/** Joins by a port to the kernel: waits for the welcome, and listens from then on. */
export async function joinBy(port: MessagePort): Promise<Station> {
  const welcomed = once(port, "message") as Promise<[ToThread]>;
  const closed = once(port, "close").then(() => undefined);
  const [first] = (await Promise.race([welcomed, closed])) ?? [];
  if (first?.type === "refused")
    throw new KernelError(first.code, `The kernel refused: its table of ${first.detail} is full.`, {
      detail: first.detail,
    });
  if (first?.type !== "welcome")
    throw new KernelError("InternalError", "The kernel has ended, or the port is not one to a kernel.", {
      detail: "ended",
    });
  const station = new Station(first, new Wake(first.wake), threadPowers(port));
  port.on("message", (message: ToThread) => {
    station.control.handle(message);
    station.sleeper.soon();
  });
  port.on("close", () => station.control.ended());
  port.unref();
  return station;
}
