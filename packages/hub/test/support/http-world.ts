import { MemorySource, systemClock } from "@doorbell-js/doorbell/line";

import type { HttpLimits } from "../../src/http/errors.ts";
import { type HttpDoor, type HttpEvent, openHttpDoor } from "../../src/http/server.ts";
import type { Clock } from "../../src/time.ts";
import { ask, type Ask } from "./asking.ts";
import { MockInboxes } from "./mock-inboxes.ts";

/** The real door, over a mock of the inboxes. */
export class HttpWorld implements AsyncDisposable {
  readonly inboxes: MockInboxes = new MockInboxes();
  readonly numbers: MemorySource = new MemorySource();
  readonly posted: string[] = [];
  readonly logged: HttpEvent[] = [];
  door!: HttpDoor;

  static async open(
    options: {
      readonly limits?: Partial<HttpLimits>;
      readonly clock?: Clock;
      readonly url?: string;
      readonly pageFolder?: string;
    } = {},
  ): Promise<HttpWorld> {
    const world = new HttpWorld();
    const { clock = systemClock, ...more } = options;
    world.door = await openHttpDoor({
      host: "127.0.0.1",
      port: 0,
      inboxes: world.inboxes,
      sources: { random: world.numbers },
      clock,
      post: async (text) => void world.posted.push(text),
      log: (event) => void world.logged.push(event),
      ...more,
    });
    return world;
  }

  get port(): number {
    return this.door.address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get bell(): string {
    return `/b/${this.inboxes.token}`;
  }

  ask(path: string, asked: Ask = {}): Promise<Response> {
    return ask(this.url + path, asked);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door[Symbol.asyncDispose]();
  }
}
