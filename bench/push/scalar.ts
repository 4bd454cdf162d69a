import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import type { FanOut } from "./contestants.ts";
import { nowMs } from "./event.ts";

/** What a ring is held against: one scalar from another thread to this one. */
export async function scalarOneWay(): Promise<FanOut> {
  const kernel = await Kernel.start();
  const main = await kernel.createServer();
  const sid = Sid.random();
  await kernel.spawn(new URL("./peers/scalar.js", import.meta.url), { data: [sid.words(), main.sid.words()] });
  const peer = await kernel.connect(sid);
  return {
    name: "a scalar, one way",
    async tell() {
      await peer.scalar(0);
      const message = await main.receive();
      return [message.kind === "scalar" ? nowMs() - message.words[0] : Number.NaN];
    },
    [Symbol.asyncDispose]: async () => await kernel.leave(),
  };
}
