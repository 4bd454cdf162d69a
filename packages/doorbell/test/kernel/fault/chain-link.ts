/** A worker that receives calls and passes each on to the next link; the last one answers. It may be ended at any time. */
import assert from "node:assert/strict";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { Connection, Message } from "../../../src/kernel/types.ts";
import { answerCall } from "./chain-answer.ts";

/** What a link is told. */
export interface LinkData {
  readonly sid: SidWords;
  /** Whom it passes calls on to; the last link has nobody. */
  readonly next: SidWords | undefined;
  readonly sync: boolean;
  /** Whether it waits for the next link where there is none; its callers hear `ServerNotFound` otherwise. */
  readonly waits: boolean;
}

const kernel = await Kernel.join();
const { sid, next, sync, waits } = kernel.data as LinkData;
const server = await kernel.createServer({ sid: Sid.from(sid), queueMax: 4 });
let connection: Connection | undefined;

for (;;) {
  const message = sync ? server.receiveSync({ timeoutMs: 600_000 }) : await server.receive();
  if (next === undefined) answerCall(message);
  else await passOn(message, Sid.from(next));
}

async function passOn(message: Message, to: Sid): Promise<void> {
  try {
    if (connection?.alive !== true) {
      connection?.disconnect();
      connection = undefined;
      const made = waits ? await kernel.connect(to) : await kernel.tryConnect(to);
      if (made === "ServerNotFound") return server.refuse(message, made);
      connection = made;
    }
    if (sync) message.forwardSync(connection, message.id);
    else await message.forward(connection, message.id);
  } catch (error) {
    assert(error instanceof KernelError && error.code === "ServerNotFound", error as Error);
    server.refuse(message, "ServerNotFound");
  }
}
