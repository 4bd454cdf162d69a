import assert from "node:assert/strict";

import type { ServerCore } from "../../src/line/server/core.ts";
import type { Session } from "../../src/line/server/session.ts";
import type { Limits } from "../../src/line/server/types.ts";
import type { ModelSession } from "./line-model.ts";
import { MockCarrier } from "./mock-carrier.ts";
import type { Call } from "./model-world.ts";

/** One client: its carrier and session on one side, the model of both on the other. */
export interface Peer {
  readonly carrier: MockCarrier;
  readonly session: Session;
  readonly model: ModelSession;
  /** What the client has said and the carrier has not brought yet. */
  outbox: Buffer;
  timesFull: number;
  fullSince: number;
  endedAt: number | undefined;
  flushedAt: number | undefined;
}

/** A client that has just connected. */
export function connectPeer(core: ServerCore, model: ModelSession): Peer {
  const carrier = new MockCarrier(64);
  const session = core.open(carrier);
  carrier.session = session;
  const never = { endedAt: undefined, flushedAt: undefined };
  return { carrier, session, model, outbox: Buffer.alloc(0), timesFull: 0, fullSince: 0, ...never };
}

/** What waits for a client that does not read is bounded, and so is the time for which it may. */
export function checkBounds(peer: Peer, now: number, limits: Limits): void {
  const { carrier, model } = peer;
  // After the write that was refused: the answer that was under way by then, or that of the `notif` which rang.
  assert.ok(carrier.writesWhileFull <= 1, `${carrier.writesWhileFull} writes to a carrier without room`);
  if (carrier.timesFull > peer.timesFull) peer.fullSince = now;
  peer.timesFull = carrier.timesFull;
  if (carrier.ended) peer.endedAt ??= now;
  if (carrier.flushed) peer.flushedAt ??= now;
  const waits: number[] = [];
  if (carrier.full && !carrier.ended) waits.push(peer.fullSince + limits.stallMs);
  if (peer.endedAt !== undefined && !carrier.flushed)
    waits.push((carrier.full ? Math.min(peer.fullSince, peer.endedAt) : peer.endedAt) + limits.stallMs);
  if (peer.flushedAt !== undefined) waits.push(peer.flushedAt + limits.lingerMs);
  const over = waits.some((at) => at < now);
  assert.ok(carrier.destroyed || !over, "a client that takes nothing is not cut off in time");
  assert.ok(!carrier.destroyed || waits.some((at) => at <= now), "a client is cut off without a reason");
  if (model.finished) assert.ok(carrier.ended, "the last line was said, and not the end");
}

/** No command waits that need not. */
export function checkProgress({ carrier, model }: Peer, now: number, limits: Limits, calls: readonly Call[]): void {
  if (carrier.full || carrier.ended || carrier.destroyed) return;
  const { fetchMs, commandsPerSecondMax } = limits;
  if (model.asked.length === 0) {
    // A client that is held back for its rate waits with half a line too.
    if (commandsPerSecondMax !== Infinity) return;
    assert.equal(
      model.ending,
      undefined,
      "the client has ended, or the server stopped, all is answered, and the session goes on",
    );
    assert.equal(carrier.paused, false, "all is answered, and nothing more is read");
    return;
  }
  const throttleMs = commandsPerSecondMax === Infinity ? 0 : 1_000;
  const called = calls.some(({ what, outcome }) => what === model.waitsFor && outcome === "pending");
  const mayWait = called ? fetchMs + throttleMs : throttleMs;
  const [command] = model.asked;
  assert.ok(mayWait > 0, `${JSON.stringify(command)} waits for nothing`);
  assert.ok(
    now <= model.askedSince + mayWait,
    `${JSON.stringify(command)} has no answer after ${now - model.askedSince} ms`,
  );
}
