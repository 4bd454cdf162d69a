import { EventEmitter } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";

import { type Client, decode, encodeNew, Kernel, type ServerHandle, Sid } from "@doorbell-js/doorbell/kernel";
import { type Behind, Subscriber, type Subscription } from "@doorbell-js/doorbell/push";

import { type Event, events, EventService, newEvent, nowMs } from "./event.ts";

/** A notifier and its subscribers, ready to be told. */
export interface FanOut extends AsyncDisposable {
  readonly name: string;
  /** Tells all subscribers of so many events; how long each took on its way, in ms. */
  tell(count: number): Promise<readonly number[]>;
}

/** Which bells, and who of them is stalled. */
export interface Bells {
  readonly thread: "shared" | "own" | "direct";
  readonly count: number;
  readonly behind?: Behind;
  readonly stalled?: boolean;
}

/** Ours: so many bells, with one main server. */
export async function bells({ thread, count, behind = "wait", stalled = false }: Bells): Promise<FanOut> {
  const kernel = await Kernel.start({ ring: { slots: 1_024, bytes: 65_536 } });
  const net = await startNotifier(kernel);
  const main = await kernel.createServer({ queueMax: 1_024, recycle: true });
  const subscriptions: Subscription<Event>[] = [];
  for (let opcode = 0; opcode < count; opcode += 1)
    subscriptions.push(await subscribe(kernel, net, main, opcode, { thread, behind }));
  if (stalled)
    await subscribe(kernel, net, await kernel.createServer({ queueMax: 1 }), 0, { thread, behind: "latest" });
  return {
    name: `doorbell, ${thread === "shared" ? "bounced" : thread}`,
    async tell(events) {
      const took: number[] = [];
      await net.notify(events);
      for (let left = count * events; left > 0;) {
        const message = main.tryReceive() ?? (await main.receive());
        const ring = subscriptions[message.id]?.take(message);
        if (ring === undefined) continue;
        took.push(nowMs() - ring.value.sentMs);
        left -= 1;
      }
      return took;
    },
    [Symbol.asyncDispose]: async () => await kernel.leave(),
  };
}

export async function startNotifier(kernel: Kernel, waits = true): Promise<Client<typeof EventService>> {
  const sid = Sid.random();
  await kernel.spawn(new URL("./peers/doorbell.js", import.meta.url), { data: { sid: sid.words(), waits } });
  return await kernel.connect(sid, EventService);
}

async function subscribe(
  kernel: Kernel,
  net: Client<typeof EventService>,
  main: ServerHandle,
  opcode: number,
  options: { readonly thread: Bells["thread"]; readonly behind: Behind },
): Promise<Subscription<Event>> {
  const subscriber = new Subscriber(kernel, net.connection, events);
  return await subscriber.subscribe(main, opcode, { ...options, queueMax: 1_024 });
}

/** By hand: a MessagePort for each subscriber. */
export async function ports(count: number): Promise<FanOut> {
  const channels = Array.from({ length: count }, () => new MessageChannel());
  const given = channels.map(({ port2 }) => port2);
  const worker = new Worker(new URL("./peers/message-port.js", import.meta.url), {
    workerData: { ports: given },
    transferList: given,
  });
  let took: number[] = [];
  let wanted = 0;
  let done = (): void => {};
  for (const { port1 } of channels)
    port1.on("message", (bytes: Uint8Array) => {
      took.push(nowMs() - decode(events.shape, bytes).sentMs);
      if (took.length === wanted) done();
    });
  return {
    name: "MessagePorts by hand",
    async tell(events) {
      took = [];
      wanted = count * events;
      const all = new Promise<void>((resolve) => (done = resolve));
      worker.postMessage(events);
      await all;
      return took;
    },
    async [Symbol.asyncDispose]() {
      for (const { port1 } of channels) port1.close();
      await worker.terminate();
    },
  };
}

/** What it costs to call so many handlers on one thread, with the bytes decoded by each: nothing is between them. */
export async function emitter(count: number): Promise<FanOut> {
  const emitter = new EventEmitter().setMaxListeners(0);
  let took: number[] = [];
  for (let listener = 0; listener < count; listener += 1)
    emitter.on("event", (bytes: Uint8Array) => took.push(nowMs() - decode(events.shape, bytes).sentMs));
  return await Promise.resolve({
    name: "EventEmitter, one thread",
    async tell(times: number) {
      took = [];
      for (let left = times; left > 0; left -= 1) emitter.emit("event", encodeNew(events.shape, newEvent()));
      return await Promise.resolve(took);
    },
    [Symbol.asyncDispose]: async () => await Promise.resolve(),
  });
}
