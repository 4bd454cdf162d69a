import assert from "node:assert/strict";

import { within } from "@doorbell-js/test-support/until";

import { defaultBellLimits, RefusedError } from "../../../src/inbox/rules.ts";
import type { Bell, Inboxes, InboxReader } from "../../../src/inbox/types.ts";
import type { InboxWorld } from "../../support/inbox-world.ts";
import type { Command } from "./commands.ts";
import { BellModel, InboxModel } from "./inbox-model.ts";

interface Held {
  readonly id: number;
  readonly token: string;
  readonly model: BellModel;
}

/** Does to a real inbox and to its model the same, and compares what comes of it. */
export class Player implements AsyncDisposable {
  readonly #world: InboxWorld;
  readonly #inboxes: Inboxes;
  readonly #model = new InboxModel();
  readonly #id: number;
  readonly #bells: Held[] = [];
  #reading: string;
  #managing: string;
  #reader: InboxReader;

  static async start(world: InboxWorld, name: string): Promise<Player> {
    const { inbox, readingKey, managingKey } = await world.inboxes.createInbox(world.owner, { name });
    const reader = await world.inboxes.open({ credential: readingKey });
    return new Player(world, inbox.id, readingKey, managingKey, reader);
  }

  private constructor(world: InboxWorld, id: number, reading: string, managing: string, reader: InboxReader) {
    this.#world = world;
    this.#inboxes = world.inboxes;
    this.#id = id;
    this.#reading = reading;
    this.#managing = managing;
    this.#reader = reader;
  }

  get #access(): { readonly credential: string } {
    return { credential: this.#managing };
  }

  async play(command: Command): Promise<void> {
    const held = "at" in command ? this.#bells[command.at % Math.max(1, this.#bells.length)] : undefined;
    if ("at" in command && held === undefined) return;
    if (held !== undefined) return await this.#playBell(command, held);
    if (command.kind === "make") await this.#make(command);
    if (command.kind === "pass") this.#world.clock.advance(command.ms);
    if (command.kind === "renew") await this.#renew(command.which);
    if (command.kind === "read") await this.#read(command.after);
    if (command.kind === "keep") {
      const { itemsMax, whenFull } = command;
      await this.#inboxes.changeInbox(this.#access, { retention: { itemsMax, whenFull } });
      this.#model.keep(itemsMax, whenFull);
    }
  }

  async #playBell(command: Command, held: Held): Promise<void> {
    const { model, id, token } = held;
    const change = async (asked: () => Promise<Bell | void>, also: () => void): Promise<void> => {
      const isShown = this.#model.shown.includes(model);
      const outcome = await this.#outcome(asked);
      const may = command.kind === "revoke" ? isShown : !model.revoked;
      assert.equal(outcome, may ? "done" : "NotFound", command.kind);
      if (may) also();
    };
    if (command.kind === "ring") await this.#ring(held, "x".repeat(command.bytes), command.key);
    if (command.kind === "burst") {
      const count = Array.from({ length: command.count });
      const expected = count.map(() => this.#model.ring(model, "b", undefined, this.#world.now));
      const rung = count.map(() => this.#outcome(() => this.#inboxes.ring(token, { text: "b" })));
      // Which of them is stored is not said, but how many.
      const came = (await Promise.all(rung)).map((one) => (one === "done" ? "stored" : one));
      assert.deepEqual(came.toSorted(), expected.toSorted());
    }
    if (command.kind === "pause")
      await change(
        () => this.#inboxes.changeBell(this.#access, id, { paused: command.paused }),
        () => (model.paused = command.paused),
      );
    if (command.kind === "limit")
      await change(
        () => this.#inboxes.changeBell(this.#access, id, command.limits),
        () => (model.limits = { ...model.limits, ...command.limits }),
      );
    if (command.kind === "revoke")
      await change(
        () => this.#inboxes.revokeBell(this.#access, id),
        () => {
          model.revoked = true;
          model.refused = 0;
        },
      );
  }

  async #make({ limits, expiresIn }: Extract<Command, { kind: "make" }>): Promise<void> {
    if (this.#bells.length >= 4) return;
    const label = `bell ${this.#bells.length}`;
    const expiresAt = expiresIn === null ? null : this.#world.now + expiresIn;
    const { bell, token } = await this.#inboxes.createBell(this.#access, { label, ...limits, expiresAt });
    const model = new BellModel(label, { ...defaultBellLimits, ...limits, expiresAt });
    this.#bells.push({ id: bell.id, token, model });
    this.#model.bells.push(model);
  }

  async #ring({ token, model }: Held, text: string, key: string | undefined): Promise<void> {
    const expected = this.#model.ring(model, text, key, this.#world.now);
    let isRepeat = false;
    const outcome = await this.#outcome(async () => ({ isRepeat } = await this.#inboxes.ring(token, { text }, key)));
    assert.equal(outcome === "done" ? (isRepeat ? "repeat" : "stored") : outcome, expected);
  }

  async #renew(which: "read" | "manage"): Promise<void> {
    const old = which === "read" ? this.#reading : this.#managing;
    const key = await this.#inboxes.renewKey(this.#access, which);
    if (which === "manage") {
      this.#managing = key;
      assert.equal(await this.#outcome(() => this.#inboxes.bells({ credential: old })), "AccessDenied");
    } else {
      this.#reading = key;
      assert.equal(await this.#outcome(() => this.#reader.fetch(0)), "AccessDenied");
      await within("the end of what the old key opened", this.#reader.ended);
      assert.equal(await this.#outcome(() => this.#inboxes.open({ credential: old })), "AccessDenied");
      this.#reader = await this.#inboxes.open({ credential: key });
    }
  }

  async #read(after: number): Promise<void> {
    const { text, sequence } = await this.#reader.fetch(after);
    const expected = this.#model.items.find((item) => item.sequence > after);
    assert.equal(sequence, expected?.sequence ?? after);
    if (expected !== undefined) assert.equal((JSON.parse(text) as { text: string }).text, expected.text);
  }

  /** Compares all that can be seen of the inbox. */
  async compare(): Promise<void> {
    const page = JSON.parse(await this.#reader.page({ after: 0, limit: 100 })) as {
      readonly items: readonly { readonly sequence: number; readonly text: string; readonly bell: { label: string } }[];
      readonly newest: number;
      readonly oldest: number;
    };
    // What is long enough makes more than a page.
    const seen = page.items.map(({ sequence, text, bell }) => ({ sequence, bell: bell.label, text }));
    assert.deepEqual(seen, this.#model.items.slice(0, seen.length));
    assert.deepEqual([page.newest, page.oldest], [this.#model.newest, this.#model.oldest]);
    const bells = (await this.#inboxes.bells(this.#access)).map(({ label, state, rings, refused }) => ({
      label,
      state,
      rings,
      refused,
    }));
    const expected = this.#model.shown.map((model) => {
      const { label, rings, refused } = model;
      return { label, state: model.state(this.#world.now), rings, refused };
    });
    assert.deepEqual(bells, expected);
  }

  async #outcome(asked: () => Promise<unknown>): Promise<string> {
    try {
      await asked();
      return "done";
    } catch (error) {
      if (error instanceof RefusedError) return error.code;
      throw error;
    }
  }

  /** The inbox is deleted: nothing of it can be reached any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inboxes.deleteInbox({ credential: this.#world.owner, inbox: this.#id });
    await within("the end of a reader of what was deleted", this.#reader.ended);
    assert.equal(await this.#outcome(() => this.#inboxes.bells(this.#access)), "AccessDenied");
    for (const { token } of this.#bells)
      assert.equal(await this.#outcome(() => this.#inboxes.ring(token, { text: "" })), "UnknownBell");
  }
}
