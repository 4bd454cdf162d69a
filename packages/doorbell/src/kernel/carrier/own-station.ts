import { type Broker, kernelThread, type ToThread } from "../broker/index.ts";
import { KernelError } from "../errors.ts";
import { Wake } from "../ring/index.ts";
import { Station } from "../thread/index.ts";
import { randomKeys } from "./random-keys.ts";

/**
 * The words of the kernel's own thread. All that send to it can write them, so it heeds none but the tickets, by which
 * messages are put in order: it is told by ports that there is something to do.
 */
class OwnWake extends Wake {
  override get controlChanged(): boolean {
    return false;
  }
}

/** The kernel's own thread as one of those that have servers. */
export interface OwnStation {
  readonly station: Station;
  /** What the broker tells it. */
  tell(message: ToThread): void;
}

/** An honest thread takes its answers: of the few that it can ask at a time no more than a ring waits for room. */
const answersMax = 1_024;

/** It is told, and asks, without a port between; it never blocks, spins, or keeps anything alive. */
export function ownStation(broker: Broker): OwnStation {
  const news: ToThread[] = [];
  const station = new Station({ thread: kernelThread, ring: broker.ring }, new OwnWake(broker.wakeOf(kernelThread)), {
    post: (message) => broker.receive(kernelThread, message),
    take: () => news.shift(),
    park: () => {
      throw new KernelError("Deadlock", "The kernel's own thread never blocks.");
    },
    wait: () => false,
    keepAlive: () => {},
    later: (run) => {
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    },
    // Only for what may be missed if somebody lies about it, and nobody can here.
    after: () => ({ cancel: () => {} }),
    isEnding: () => false,
    randomKey: randomKeys(),
    now: () => performance.now(),
    spinMs: 0,
  });
  station.answersMax = answersMax;
  return {
    station,
    tell(message) {
      // Heard once the broker is done with what it does: what is answered comes back to it.
      if (news.push(message) > 1) return;
      queueMicrotask(() => {
        station.control.drain();
        station.sleeper.soon();
      });
    },
  };
}
