import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";

import type { ToThread } from "../broker/index.ts";
import type { ThreadPowers } from "../thread/index.ts";
import { randomKeys } from "./random-keys.ts";

/** A wake-up takes tens of microseconds between two cores: a blocking call looks for so long before it parks. */
const spinMs = 0.05;

/** A timer of Node's that is longer runs out at once. */
const timerMaxMs = 2 ** 31 - 1;

/** The world of a real thread: its port to the kernel, its clock, and the waits of the operating system. */
export function threadPowers(port: MessagePort): ThreadPowers {
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer as MessagePort[]),
    take: () => receiveMessageOnPort(port)?.message as ToThread | undefined,
    park: (wake, ms) => wake.park(ms),
    wait: (wake, run) => wake.wait(run),
    keepAlive: (on) => (on ? port.ref() : port.unref()),
    later: (run) => {
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    },
    after,
    isEnding,
    randomKey: randomKeys(),
    now: () => performance.now(),
    spinMs: availableParallelism() > 1 ? spinMs : 0,
  };
}

/** A thread that is being terminated is given nothing of what was posted to it, not even by itself. */
function isEnding(): boolean {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(true);
  const message: unknown = receiveMessageOnPort(port2)?.message;
  port1.close();
  return message !== true;
}

/** What is awaited keeps the program alive by the port; a deadline alone does not. */
function after(ms: number, run: () => void): { cancel(): void } {
  if (ms <= timerMaxMs) {
    const timer = setTimeout(run, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  }
  let next = after(timerMaxMs, () => (next = after(ms - timerMaxMs, run)));
  return { cancel: () => next.cancel() };
}
