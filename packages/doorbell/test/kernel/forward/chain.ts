import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { BlockingScalarMessage, Connection, Message } from "../../../src/kernel/types.ts";
import { Joined } from "../support/joined.ts";

/** A caller, one that passes on, and a server, each a thread to the kernel; and their connections. */
export interface Chain {
  readonly caller: Kernel;
  readonly forwarder: Kernel;
  readonly target: Kernel;
  /** What the caller calls, and what that passes on to. */
  readonly outer: ServerHandle;
  readonly inner: ServerHandle;
  readonly toOuter: Connection;
  readonly toInner: Connection;
}

/** Lays a chain in a kernel of its own, and runs a test in it. No call has been passed on yet. */
export async function inChain(queueMax: number, run: (chain: Chain, joined: Joined) => Promise<void>): Promise<void> {
  await using joined = await Joined.start();
  const [caller, forwarder, target] = [await joined.join(), await joined.join(), await joined.join()];
  const [outer, inner] = [await forwarder.createServer(), await target.createServer({ queueMax })];
  const toOuter = await caller.connect(outer.sid);
  const toInner = await forwarder.connect(inner.sid);
  await run({ caller, forwarder, target, outer, inner, toOuter, toInner }, joined);
}

/** A call of the caller's, as it is received. Its failure is looked at when its answer is. */
export async function asked(
  { toOuter, outer }: Pick<Chain, "toOuter" | "outer">,
  id = 1,
): Promise<{ readonly answer: Promise<unknown>; readonly message: BlockingScalarMessage }> {
  const answer = toOuter.blockingScalar(id, [id]);
  answer.catch(() => {});
  return { answer, message: scalarOf(await outer.receive()) };
}

/** A message that is a blocking scalar, as such. */
export function scalarOf(message: Message): BlockingScalarMessage {
  if (message.kind !== "blockingScalar") throw new Error(`a ${message.kind} came`);
  return message;
}

/** Passes a first call on, so that caller and server have their way. */
export async function acquaint(chain: Chain): Promise<void> {
  const { answer, message } = await asked(chain);
  await message.forward(chain.toInner, 1);
  scalarOf(await chain.inner.receive()).answer(1);
  await answer;
}
