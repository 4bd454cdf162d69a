import { type Client, Kernel, type ServerHandle, Sid } from "@doorbell-js/doorbell/kernel";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { SourceLink } from "../../src/line/source-link.ts";
import { NetManagerService, toIpc } from "../../src/network/serve.ts";
import type { WlanStatus } from "../../src/network/state.ts";
import { BoardService, SourceService } from "../../src/source/api.ts";
import type { Serving } from "../../src/source/serve.ts";
import { ordersFor, serveSources } from "../../src/threads/start.ts";
import { CountedChance } from "./counted-chance.ts";

/** All three sources in a kernel of the test's own, on its thread, where time and the network are what it says. */
export class SourceWorld implements AsyncDisposable {
  readonly kernel: Kernel;
  readonly clock: FakeClock = new FakeClock();
  /** What was logged. */
  readonly logged: string[] = [];
  /** The private servers, as their owner has them. */
  random!: Client<typeof SourceService>;
  board!: Client<typeof BoardService>;
  net!: Client<typeof NetManagerService>;
  readonly #chance = new CountedChance();
  readonly #closing = new AbortController();
  readonly #links: SourceLink[] = [];
  #serving!: Serving;
  #main!: ServerHandle;
  #hearing!: Promise<void>;

  static async start(): Promise<SourceWorld> {
    const world = new SourceWorld(await Kernel.start());
    await world.#start();
    return world;
  }

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** A source as the line door has it. */
  async link(source: string, unread: number = 5): Promise<SourceLink> {
    const opcode = this.#links.length;
    const link = new SourceLink(this.kernel, {
      source,
      unread,
      main: this.#main,
      opcode,
      signal: this.#closing.signal,
      onError: (cause) => this.logged.push(String(cause)),
    });
    this.#links.push(link);
    await link.ready;
    return link;
  }

  newNumber(): void {
    this.#chance.whenDrawn(() => this.clock.skip());
  }

  async post(text: string): Promise<void> {
    await this.board.Post({ text });
  }

  async changeNetwork(...state: readonly WlanStatus[]): Promise<void> {
    await this.net.StateChangeEvent(toIpc(state));
  }

  /** Tells all sources to quit, and waits until they have. */
  async quit(): Promise<void> {
    for (const source of [this.random, this.board, this.net]) source.tryQuit();
    await this.#serving.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#links.map(({ ended }) => ended));
    await this.quit();
    this.#main.destroy({ force: true });
    await this.#hearing;
    await this.kernel.leave();
  }

  async #start(): Promise<void> {
    const { kernel, clock } = this;
    const orders = ordersFor({ random: { perMinute: 12 }, classified: {}, network: {} });
    const log = (event: object): void => void this.logged.push(JSON.stringify(event));
    this.#serving = await serveSources(kernel, orders, { clock, random: this.#chance.random, backends: [], log });
    this.random = await kernel.connect(Sid.from(orders.random?.sid ?? []), SourceService);
    this.board = await kernel.connect(Sid.from(orders.classified?.sid ?? []), BoardService);
    this.net = await kernel.connect(Sid.from(orders.network?.sid ?? []), NetManagerService);
    this.#main = await kernel.createServer();
    this.#hearing = this.#hear();
  }

  async #hear(): Promise<void> {
    for await (const message of this.#main) {
      using _ = message;
      this.#links[message.id]?.take(message);
    }
  }
}
