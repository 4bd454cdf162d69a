import assert from "node:assert/strict";

import { deadline, within } from "@doorbell-js/test-support/until";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { wokenMs } from "../support/woken.ts";
import { type Choice, choose, sidsKnown } from "./choose.ts";
import type { Command, Outcome, Prediction } from "./command.ts";
import { Model } from "./model.ts";
import { MainParty, type Party, WorkerParty } from "./party.ts";
import { converge } from "./picture.ts";
import { teardown } from "./teardown.ts";
import { Translation } from "./translation.ts";

/** A real kernel with three threads, on which histories are played while the model says what must come of them. */
export class World implements AsyncDisposable {
  /** How many commands were done. */
  commands = 0;
  /** How often a command ended with which code. */
  readonly codes: Map<string, number> = new Map();
  readonly #kernel: Kernel;
  readonly #parties: Party[] = [];
  #model = new Model();
  #translation = new Translation();
  #commands = new Map<number, Command>();
  #sids: SidWords[] = [];
  readonly #settled = new Map<number, Outcome>();
  readonly #heard = new Map<number, () => void>();
  /** What must settle, and has not been looked at. */
  #expected: Prediction[] = [];
  /** The commands that block their thread. */
  readonly #blocking = new Map<number, Promise<void>>();
  /** Those who may not have heard what the broker told. */
  readonly #behind = new Set<number>();
  #trace: string[] = [];

  private constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  static async start(): Promise<World> {
    const world = new World(await Kernel.start());
    world.#parties[0] = new MainParty(world.#kernel, (ticket, outcome) => world.#hear(ticket, outcome));
    await Promise.all([1, 2].map((party) => world.#enter(party)));
    return world;
  }

  async #enter(party: number): Promise<void> {
    this.#parties[party] = await WorkerParty.start(this.#kernel, (ticket, outcome) => this.#hear(ticket, outcome));
  }

  #hear(ticket: number, outcome: Outcome): void {
    this.#settled.set(ticket, outcome);
    this.#heard.get(ticket)?.();
  }

  /** Plays a history to its end, and shows that nothing is left of it. */
  async play(choices: readonly Choice[]): Promise<void> {
    this.#model = new Model();
    this.#translation.begin(this.#parties.map(({ thread }) => thread));
    this.#commands.clear();
    this.#trace = [];
    this.#sids = Array.from({ length: sidsKnown }, () => Sid.random().words());
    let ticket = 0;
    try {
      for (const choice of choices) {
        const command = choose(this.#model, choice, ticket);
        if (command === undefined) continue;
        ticket += 1;
        await this.#step(command);
      }
      for (const action of teardown(this.#model)) {
        await this.#step({ ...action, ticket });
        ticket += 1;
      }
      await this.#end();
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new assert.AssertionError({ message: `${why}\nThe history:\n${this.#trace.join("\n")}\n.` });
    }
  }

  async #step(command: Command): Promise<void> {
    const { party, ticket } = command;
    this.#commands.set(ticket, command);
    this.#trace.push(`${ticket}: ${JSON.stringify(command)}`);
    if (this.#behind.has(party) && command.do !== "kill") await this.#catchUp(party);
    this.commands += 1;
    this.#expected.push(...this.#model.apply(command));
    if (command.do === "kill") await this.#kill(party, ticket);
    else {
      const sid = "sid" in command ? this.#sids[command.sid] : undefined;
      const begun = this.#party(party).begin({ command, sid });
      if (this.#model.blocked.get(party) === ticket) this.#blocking.set(party, begun);
      else await within(`the end of command ${ticket}`, begun, deadline(wokenMs));
    }
    await this.#look();
    if (this.#model.stirred) await this.#stir(party);
    await converge(this.#kernel, this.#model, this.#translation, deadline(wokenMs));
    await this.#look();
    this.#nothingElse();
  }

  #party(party: number): Party {
    return this.#parties[party] as Party;
  }

  async #kill(party: number, ticket: number): Promise<void> {
    // What it was about to tell it tells no more.
    this.#expected = this.#expected.filter((one) => one.party !== party || one.ticket === ticket);
    this.#blocking.delete(party);
    await this.#party(party).end();
    for (const told of this.#settled.keys()) if (this.#commands.get(told)?.party === party) this.#settled.delete(told);
    await this.#enter(party);
    this.#translation.threads.set(this.#party(party).thread, party);
    this.#hear(ticket, { ok: null });
  }

  /** What the model says has settled has, as it says. Who is parked will tell of it later. */
  async #look(): Promise<void> {
    const later: Prediction[] = [];
    for (const prediction of this.#expected.splice(0)) {
      const { party, ticket, outcomes } = prediction;
      if (this.#model.blocked.has(party)) {
        later.push(prediction);
        continue;
      }
      const command = this.#commands.get(ticket) as Command;
      if (!this.#settled.has(ticket)) await this.#wait(ticket);
      const { thread } = this.#party(party);
      const said = this.#settled.get(ticket) as Outcome;
      const outcome = this.#translation.of(command, thread, said, outcomes[0], this.#sids);
      this.#settled.delete(ticket);
      const code = "failed" in said ? said.failed : "refused" in said ? said.refused : "ok";
      const ends = command.do === "forward" ? [code, `passing on: ${code}`] : [code];
      for (const end of ends) this.codes.set(end, (this.codes.get(end) ?? 0) + 1);
      const fits = outcomes.find((one) => isSame(one, outcome));
      if (fits === undefined) assert.deepEqual(outcome, outcomes[0], `what came of command ${ticket}`);
      await this.#blocking.get(party);
      this.#blocking.delete(party);
    }
    this.#expected = later;
  }

  async #wait(ticket: number): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.#heard.set(ticket, resolve);
    });
    await within(`what the model says of command ${ticket}`, heard, deadline(wokenMs));
    this.#heard.delete(ticket);
  }

  /** Everybody hears what the broker tells: first who did something, then the others. */
  async #stir(first: number): Promise<void> {
    await this.#catchUp(first);
    for (const party of [0, 1, 2]) if (party !== first) this.#behind.add(party);
    await Promise.all([...this.#behind].map((party) => this.#catchUp(party)));
  }

  async #catchUp(party: number): Promise<void> {
    if (this.#model.blocked.has(party)) this.#behind.add(party);
    else {
      await within(`party ${party} hears`, this.#party(party).hear(), deadline(wokenMs));
      this.#behind.delete(party);
    }
  }

  #nothingElse(): void {
    for (const [ticket, outcome] of this.#settled) {
      const isExpected = this.#expected.some((one) => one.ticket === ticket);
      assert.ok(isExpected, `command ${ticket} ended, and by the model it waits: ${JSON.stringify(outcome)}`);
    }
  }

  async #end(): Promise<void> {
    for (let round = 0; round < 2; round += 1) await Promise.all(this.#parties.map((party) => party.hear()));
    const left = await Promise.all(this.#parties.map((party) => party.clear()));
    this.#nothingElse();
    assert.deepEqual(left, [0, 0, 0], "commands that still wait when the history is over");
    const { threads, servers, waiting, quarantined } = await this.#kernel.inspect();
    const things = threads.map(({ servers, connections }) => servers + connections);
    assert.deepEqual(
      { things, servers, waiting, quarantined },
      { things: [0, 0, 0], servers: [], waiting: 0, quarantined: 0 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#parties.map((party) => party.end()));
    await this.#kernel.leave();
  }
}

function isSame(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}
