/** The thread that the kernel runs on. It never blocks, and waits on no word that another thread can write. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";

import { Broker, type BrokerOptions, kernelThread, type ToBroker, type ToThread } from "../broker/index.ts";
import { KernelError } from "../errors.ts";
import { serveNames } from "../names/index.ts";
import { Wake } from "../ring/index.ts";
import { ownStation } from "./own-station.ts";

const { port: first, options } = workerData as { readonly port: MessagePort; readonly options: BrokerOptions };
interface Joined {
  readonly port: MessagePort;
  readonly wake: Wake;
  hear(message: ToBroker): void;
}
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

/** More than this at once is a flood, of which nobody need keep the order. */
const catchUpMax = 4_096;

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

/** Without the thread that started it the kernel ends: whoever is parked is told. */
function end(): void {
  for (const to of ports.values()) tell(to, { type: "ended" });
  process.exit(0);
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

function tell(to: Joined | undefined, message: ToThread, transfer: readonly MessagePort[] = []): void {
  to?.port.postMessage(message, transfer);
  to?.wake.ringControl();
}

const starter = join(first);
