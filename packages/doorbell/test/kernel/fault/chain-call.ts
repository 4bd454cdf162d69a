import assert from "node:assert/strict";

import { deadline } from "@doorbell-js/test-support/until";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { isAll } from "../support/contents.ts";

/** Many times what was seen; whoever waits longer hangs. */
export const hangsMs: number = deadline(10_000);
const patience = { timeoutMs: hangsMs };

/** The kinds of call that are tried in turn, with memory in line and by the port. */
const sizes = [undefined, 100, 20_000] as const;

/**
 * A call, the `turn`th, of a chain: true if it was answered, false if its server is gone. Whatever came of it, what was
 * lent is back: as it was, or as the answer says.
 */
export async function chainCall(connection: Connection, turn: number, sync: boolean): Promise<boolean> {
  const size = sizes[turn % sizes.length];
  const id = turn & 0x7f;
  if (size === undefined) {
    const asked = async (): Promise<readonly number[]> =>
      sync
        ? connection.blockingScalarSync(id, [turn], patience)
        : await connection.blockingScalar(id, [turn], patience);
    const answer = await orGone(asked, `blocking scalar ${turn}`);
    if (answer !== undefined) assert.deepEqual([...answer], [turn + 1], "an answer is another call's");
    return answer !== undefined;
  }
  const memory = new Memory(size);
  memory.bytes.fill(id);
  const form = turn % 2 === 0 ? "lend" : "mutableLend";
  const lent = async (): Promise<{ readonly valid?: number | undefined }> =>
    sync ? connection[`${form}Sync`](id, memory, patience) : await connection[form](id, memory, patience);
  const back = await orGone(lent, `${form} ${turn}`);
  const holds = back === undefined || form === "lend" ? id : id + 1;
  assert.equal(memory.place, "here", "what was lent is not back");
  assert(isAll(memory.bytes, holds), "what was lent is not what it should be");
  if (back !== undefined) assert.equal(back.valid, id);
  return back !== undefined;
}

/** What it resolves to; nothing if it fails because a server is gone. Any other failure fails the test. */
async function orGone<T>(call: () => Promise<T>, what: string): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    assert(error instanceof KernelError, String(error));
    assert.equal(error.code, "ServerNotFound", `${what} hangs, or fails otherwise: ${error.message}`);
    return undefined;
  }
}
