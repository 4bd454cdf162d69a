import { randomBytes } from "node:crypto";

import { type Client, Kernel, Sid } from "@doorbell-js/doorbell/kernel";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { type ConnectedInboxes, connectInboxes } from "../../src/inbox-service/client.ts";
import { InboxService } from "../../src/inbox-service/protocol.ts";
import { newKeys, serveInboxes, settleKeys } from "../../src/inbox-service/server.ts";
import type { Access } from "../../src/inbox/types.ts";
import type { Keys } from "../../src/keys-file.ts";
import type { Serving } from "../../src/source/serve.ts";
import { openStore } from "../../src/store/sql-store.ts";
import type { Store } from "../../src/store/store.ts";

/** A day in the life of the tests: milliseconds since 1970. */
const BEGIN = Date.UTC(2030, 0, 1);

/** Inboxes in a kernel of the test's own, on its thread, where time is what it says; and a door's client of them. */
export class InboxWorld implements AsyncDisposable {
  readonly kernel: Kernel;
  readonly clock: FakeClock = new FakeClock();
  readonly store: Store;
  readonly keys: Keys = newKeys(randomBytes);
  readonly inboxes: ConnectedInboxes;
  /** What failed and is tried again, or was not answered. */
  readonly failed: unknown[] = [];
  /** The private server, as its owner has it. */
  all!: Client<typeof InboxService>;
  #serving!: Serving;

  static async start(): Promise<InboxWorld> {
    const world = new InboxWorld(await Kernel.start());
    await world.serve();
    return world;
  }

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.store = openStore({ memory: true }, { clock: this.clock, wallNow: () => this.now });
    this.inboxes = connectInboxes(kernel, { onError: (cause) => this.failed.push(cause) });
  }

  get now(): number {
    return BEGIN + this.clock.now();
  }

  get owner(): string {
    return this.keys.owner.text();
  }

  /** What reads the inbox "me". */
  get reading(): Access {
    return { credential: this.keys.inboxes.get("me")?.read?.text() ?? "" };
  }

  /** What manages it. */
  get managing(): Access {
    return { credential: this.keys.inboxes.get("me")?.manage?.text() ?? "" };
  }

  /** A new bell of it that may be rung often; its token and number. */
  async bell(label: string = "bell"): Promise<{ readonly token: string; readonly id: number }> {
    const { bell, token } = await this.inboxes.createBell(this.managing, { label, perMinute: 1_000_000 });
    return { token, id: bell.id };
  }

  /** Serves them, for the first time or once they have quit. */
  async serve(): Promise<void> {
    const powers = { clock: this.clock, now: () => this.now, randomBytes };
    await settleKeys(this.store, this.keys, powers);
    const sid = Sid.random();
    const onError = (cause: unknown): void => void this.failed.push(cause);
    this.#serving = await serveInboxes(this.kernel, { sid, store: this.store, powers, onError });
    this.all = await this.kernel.connect(sid, InboxService);
  }

  /** Tells them to quit, and waits until they have. What is stored stays. */
  async quit(): Promise<void> {
    this.all.tryQuit();
    await this.#serving.ended;
    (this.all as Disposable)[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inboxes[Symbol.asyncDispose]();
    await this.quit();
    await this.store[Symbol.asyncDispose]();
    await this.kernel.leave();
  }
}
