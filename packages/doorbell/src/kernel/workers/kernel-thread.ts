/** The thread that the kernel runs on. It never blocks, and waits on no word that another thread can write. */

import { MessageChannel, type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";

import { Broker } from "../broker/broker.ts";
import { kernelThread, type ToBroker, type ToThread } from "../broker/protocol.ts";
import type { BrokerOptions } from "../broker/tables.ts";
import { KernelError } from "../errors.ts";
import { serveNames } from "../names/server.ts";
import { Wake } from "../ring/wake.ts";
import { Station } from "../thread/station.ts";
import { randomKeys } from "./workers.ts";

/** An honest thread takes its answers: of the few that it can ask at a time no more than a ring waits for room. */
const answersMax = 1_024;

/** More than this at once is a flood, of which nobody need keep the order. */
const catchUpMax = 4_096;

const { port: first, options } = workerData as { readonly port: MessagePort; readonly options: BrokerOptions };

const ports = new Map<number, Joined>();

const broker = new Broker(
  {
    post: (thread, message, transfer) =>
      thread === kernelThread ? own.tell(message) : tell(ports.get(thread), message, transfer),
    channel: () => new MessageChannel(),
    later: (run) => void setImmediate(run),
  },
  options,
);
const own = ownStation(broker);
void serveNames(own.station, broker.naming, catchUp);
const starter = join(first);

/**
 * Lets a thread join, by the port that it listens to, and hears it until that closes.
 *
 * For each message: an invitation lets another thread join; `leave` is the thread's end; `ring` says that there is something in
 * a lane for the name server; the broker serves all else. A thread that says what cannot be served is not heard any more.
 */
function join(port: MessagePort): number {
  const thread = broker.join();
  const wake = broker.wakeOf(thread);
  // The closing of its port is a thread's death, however it died: a parent that is blocked would not see it exit.
  const gone = (): void => {
    if (!ports.delete(thread)) return;
    broker.gone(thread);
    if (thread === starter) end();
  };
  const hear = (message: ToBroker): void => {
    try {
      if (message.type === "invite") invite(thread, message.request, message.port);
      else if (message.type === "leave") gone();
      else if (message.type === "ring") own.station.sleeper.soon();
      else broker.receive(thread, message);
    } catch {
      // Who speaks nonsense is not heard any more; nobody else notices.
      port.close();
      gone();
    }
  };
  ports.set(thread, { port, wake: new Wake(wake), hear });
  port.postMessage({ type: "welcome", thread, wake, ring: broker.ring, limits: broker.limits });
  port.on("close", gone);
  port.on("message", hear);
  return thread;
}

/** A thread that has joined. */
interface Joined {
  readonly port: MessagePort;
  readonly wake: Wake;
  hear(message: ToBroker): void;
}

function invite(thread: number, request: number, port: MessagePort): void {
  const inviter = ports.get(thread);
  try {
    tell(inviter, { type: "done", request, result: join(port) });
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const { code, detail = "" } = error;
    port.postMessage({ type: "refused", code, detail });
    port.close();
    tell(inviter, { type: "failed", request, code, detail });
  }
}

/** Without the thread that started it the kernel ends: whoever is parked is told. */
function end(): void {
  for (const to of ports.values()) tell(to, { type: "ended" });
  process.exit(0);
}

function tell(to: Joined | undefined, message: ToThread, transfer: readonly MessagePort[] = []): void {
  to?.port.postMessage(message, transfer);
  to?.wake.ringControl();
}

/**
 * Hears what a thread has asked by its control line so far: whoever has ended a server, or let go of a connection, and
 * then asks the name server, finds it done, although the two go different ways.
 */
function catchUp(thread: number): void {
  for (let left = catchUpMax; left > 0; left -= 1) {
    const from = ports.get(thread);
    const next = from && receiveMessageOnPort(from.port);
    if (next === undefined) return;
    from?.hear(next.message as ToBroker);
  }
}

/** It is told, and asks, without a port between; it never blocks, spins, or keeps anything alive. */
function ownStation(broker: Broker): OwnStation {
  /**
   * The words of the kernel's own thread. All that send to it can write them, so it heeds none but the tickets, by which
   * messages are put in order: it is told by ports that there is something to do.
   */
  class OwnWake extends Wake {
    override get controlChanged(): boolean {
      return false;
    }
  }

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

/** The kernel's own thread as one of those that have servers. */
interface OwnStation {
  readonly station: Station;
  /** What the broker tells it. */
  tell(message: ToThread): void;
}
