import assert from "node:assert/strict";

import { deadline, until } from "@doorbell-js/test-support/until";

import type { KernelReport } from "../../../src/kernel/broker/protocol.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel, type KernelOptions } from "../../../src/kernel/kernel.ts";
import type { Client } from "../../../src/kernel/service/client.ts";
import type { ServiceServer } from "../../../src/kernel/service/server.ts";
import type { Service } from "../../../src/kernel/service/service.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Message } from "../../../src/kernel/types.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import type { SubscribersOptions } from "../../../src/push/notifier.ts";
import { Subscriber, type Subscription } from "../../../src/push/subscriber.ts";
import type { NotifierData } from "./notifier.ts";
import { type Tick, ticks, TickService } from "./ticks.ts";

/** The kinds of bell that every rule is shown of. */
export const kinds = ["shared", "own", "direct"] as const;
export type Kind = (typeof kinds)[number];

/** A notifier on its thread, and its client. */
export interface Notifier extends AsyncDisposable {
  readonly net: Client<typeof TickService>;
  readonly thread: SpawnedThread;
  readonly sid: Sid;
}

type EntriesOf<S> = S extends Service<infer E> ? E : never;

/** A kernel, with notifiers and subscribers in it, which end with the test. */
export class World implements AsyncDisposable {
  readonly kernel: Kernel;
  readonly #notifiers: Notifier[] = [];

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  static async start(options: KernelOptions = {}): Promise<World> {
    return new World(await Kernel.start(options));
  }

  /** Starts a notifier, from these modules or from a copy of them. */
  async notifier(options: SubscribersOptions = {}, text = ""): Promise<Notifier> {
    const sid = Sid.random();
    const data: NotifierData = { sid: sid.words(), options, text };
    const thread = await this.kernel.spawn(new URL("./notifier.js", import.meta.url), { data });
    const net = await this.kernel.connect(sid, TickService);
    const notifier = { net, thread, sid, [Symbol.asyncDispose]: () => thread.terminate() };
    this.#notifiers.push(notifier);
    return notifier;
  }

  /** A notifier that the test plays by hand, and a handle to subscribe at it. */
  async played(): Promise<{
    readonly net: ServiceServer<EntriesOf<typeof TickService>>;
    readonly subscriber: Subscriber<Tick>;
  }> {
    const net = await this.kernel.createServer(TickService);
    const connection = await this.kernel.connect(net.sid);
    return { net, subscriber: new Subscriber(this.kernel, connection, ticks) };
  }

  subscriber({ net }: Notifier): Subscriber<Tick> {
    return new Subscriber(this.kernel, net.connection, ticks);
  }

  async main(queueMax = 128): Promise<ServerHandle> {
    return await this.kernel.createServer({ queueMax });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const notifier of this.#notifiers) await notifier[Symbol.asyncDispose]();
    await this.kernel.leave();
  }
}

/** All that there is, as numbers that can be compared; threads by number. */
function contents(report: KernelReport): object {
  return {
    threads: report.threads.length,
    servers: report.servers.length,
    connections: report.servers.reduce((sum, { connections }) => sum + connections.length, 0),
    queued: report.servers.reduce((sum, { queued }) => sum + queued, 0),
    waiting: report.waiting,
    quarantined: report.quarantined,
  };
}

/** Waits until there is just what there was: what ends tells the kernel so, and that takes a moment. */
export async function nothingLeft(kernel: Kernel, before: KernelReport): Promise<void> {
  const wanted = JSON.stringify(contents(before));
  let now = "";
  await until(
    `an end without a leak: ${wanted}`,
    async () => (now = JSON.stringify(contents(await kernel.inspect()))) === wanted,
  ).catch(() => assert.equal(now, wanted, "something is left"));
}

/** The next message, which has to come. */
export async function nextMessage(main: ServerHandle): Promise<Message> {
  const timeoutMs = deadline(10_000);
  return await main.receive({ timeoutMs }).catch(() => assert.fail(`in ${timeoutMs} ms no message came`));
}

/** The next message's ring; all else is a failure. */
export async function nextRing(
  main: ServerHandle,
  subscription: Subscription<Tick>,
): Promise<NonNullable<ReturnType<Subscription<Tick>["take"]>>> {
  const message = await nextMessage(main);
  const ring = subscription.take(message);
  assert(ring !== undefined, `a ${message.kind} came that is no ring`);
  return ring;
}
