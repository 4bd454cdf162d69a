import assert from "node:assert/strict";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { ServerCore } from "../../src/line/server/core.ts";
import { completeLimits, type Limits } from "../../src/line/server/types.ts";
import { FakeDefer } from "./fake-defer.ts";
import { ModelSession } from "./line-model.ts";
import { checkBounds, checkProgress, connectPeer, type Peer } from "./model-peer.ts";
import { type Call, type ModelWorld, newWorld } from "./model-world.ts";
import { ScriptedBoxes } from "./scripted-boxes.ts";
import { type Manner, Script, ScriptedSource } from "./scripted-source.ts";

export interface DriverOptions {
  readonly answersUnknown: boolean;
  readonly commandsPerSecondMax: number;
}

/** A post of this text stops the server from within the board. */
export const STOP_AD = "stop!";

/** Of an inbox: all of it, so that it does not matter at which moment it was opened. */
const UNREAD = 1_000;

const SESSIONS_MAX = 4;
const LINE_BYTES = 64;

const limits: Partial<Limits> = {
  lineBytesMax: LINE_BYTES,
  pendingBytesMax: 64,
  idleMs: 30_000,
  stallMs: 40_000,
  fetchMs: 10_000,
  wrongKeysMax: 3,
  lingerMs: 2_000,
};

/** Runs the server core and its model side by side, and compares what each says after every step. */
export class ModelDriver {
  readonly core: ServerCore;
  readonly peers: Peer[] = [];
  readonly sources: ReadonlyMap<string, ScriptedSource>;
  readonly board: Script;
  readonly boxes: ScriptedBoxes;
  readonly #clock = new FakeClock();
  readonly #turn = new FakeDefer();
  readonly #world: ModelWorld;
  readonly #limits: Limits;
  #stopped = false;
  #destroyed = false;
  #pushed = 0;
  #opened = 0;
  #notifications = 0;

  constructor(options: DriverOptions) {
    this.#limits = completeLimits({ ...limits, commandsPerSecondMax: options.commandsPerSecondMax });
    this.#world = newWorld(this.#limits, options.answersUnknown);
    const { newest, boxes, keys } = this.#world;
    const note = (what: string): Call => {
      const call: Call = { what, at: this.#clock.now(), outcome: "pending", text: "", sequence: 0 };
      this.#world.calls.push(call);
      return call;
    };
    const isLate = (call: Call): boolean => call.at + this.#limits.fetchMs <= this.#clock.now();
    const make = (name: string, unread: number, all = newest): [string, ScriptedSource] => {
      all.set(name, 0);
      return [
        name,
        new ScriptedSource(name, unread, new Script(note, isLate), (sequence) => this.#rang(name, sequence)),
      ];
    };
    this.sources = new Map([make("random", 1), make("classified", 100), make("network", 3)]);
    this.board = new Script(note, isLate);
    const inboxes = new Map([make("box-a", UNREAD, boxes), make("box-b", UNREAD, boxes)]);
    this.boxes = new ScriptedBoxes(inboxes, keys, new Script(note, isLate));
    this.core = new ServerCore({
      sources: Object.fromEntries(this.sources),
      post: (text) => {
        if (text === STOP_AD) this.#stop();
        return this.board.run(`post ${text}`, (): void => this.sources.get("classified")?.push(text));
      },
      openInbox: this.boxes.open,
      compat: options.answersUnknown ? "answer" : "silent",
      limits: this.#limits,
      clock: this.#clock,
      defer: this.#turn.defer,
      sessionClosed: () => {},
      sourceFailed: () => {},
    });
  }

  // What a run is made of.

  open(): void {
    if (this.peers.length >= SESSIONS_MAX || this.#stopped || this.#destroyed) return;
    const model = new ModelSession(this.#world, new Map([...this.sources].map(([name, { unread }]) => [name, unread])));
    this.#opened += 1;
    this.peers.push(connectPeer(this.core, model));
  }

  /** A client says something, and it comes in chunks of these sizes; what they leave comes later. */
  async say(who: number, bytes: Uint8Array, sizes: readonly number[], straggles: boolean): Promise<void> {
    const peer = this.#peer(who);
    if (peer === undefined) return;
    peer.outbox = Buffer.concat([peer.outbox, bytes]);
    for (const size of sizes) await this.#deliver(peer, size, straggles);
  }

  async push(source: string, count: number): Promise<void> {
    const pushed = this.#source(source);
    for (let times = 0; times < count; times += 1) pushed?.push(`${source} ${(this.#pushed += 1)}`);
    await this.#look();
  }

  behave(source: string, manner: Manner): void {
    const script = source === "opener" ? this.boxes.opener : (this.#source(source)?.script ?? this.board);
    script.manner = manner;
  }

  /** A key ends, at a moment when it can be seen from outside to whom it is open. */
  async endKey(key: string): Promise<void> {
    const isClear = this.peers.every(
      ({ carrier, model }) => !carrier.full && !model.asked.some(({ verb }) => verb === "fetch" || verb === "key"),
    );
    if (!isClear) return;
    this.#world.keys.delete(key);
    for (const { model } of this.peers) if (model.key === key) model.keyEnded();
    this.boxes.end(key);
    await this.#look();
  }

  async resolve(which: number, well: boolean): Promise<void> {
    const waiting = this.#scripts().flatMap((script) => script.waiting.map((answer) => ({ script, answer })));
    const chosen = waiting[which % Math.max(1, waiting.length)];
    if (chosen === undefined) return;
    chosen.script.waiting.splice(chosen.script.waiting.indexOf(chosen.answer), 1);
    if (well) chosen.answer.well();
    else chosen.answer.badly();
    await this.#look();
  }

  block(who: number, room: number): void {
    this.#peer(who)?.carrier.block(room);
  }

  async read(who: number, bytes: number): Promise<void> {
    const peer = this.#peer(who);
    if (peer === undefined) return;
    if (peer.carrier.full) peer.model.askedSince = this.#clock.now();
    peer.carrier.read(bytes);
    await this.#look();
  }

  async turn(): Promise<void> {
    this.#turn.endTurn();
    await this.#look();
    for (const { carrier, model } of this.peers) {
      if (carrier.full) model.turnEndedBehind();
      else
        assert.deepEqual(model.unannounced, [], "a turn is over, the client keeps up, and not all has been announced");
      carrier.settleEnd();
    }
    await this.#look();
  }

  async advance(ms: number): Promise<void> {
    const end = this.#clock.now() + ms;
    while (this.#clock.runNext(end)) await this.#look();
    await this.#look();
  }

  async inputEnded(who: number): Promise<void> {
    const peer = this.#peer(who);
    if (peer === undefined) return;
    peer.model.inputEnded();
    peer.session.inputEnded();
    await this.#look();
  }

  async close(who: number): Promise<void> {
    const peer = this.#peer(who);
    if (peer === undefined) return;
    peer.carrier.close();
    this.peers.splice(this.peers.indexOf(peer), 1);
    this.#notifications += peer.model.notifications;
    await this.#look();
    assert.deepEqual(peer.carrier.takeLines(), [], "nothing is written to a carrier that is closed");
    assert.equal(this.core.sessions, this.peers.length);
  }

  async stop(): Promise<void> {
    this.#stop();
    await this.#look();
  }

  /** Everybody reads, every source answers, time goes by: then nothing may be left to say. */
  async settle(): Promise<void> {
    for (const script of this.#scripts()) script.manner = "now";
    for (let round = 0; this.#unsettled(); round += 1) {
      assert.ok(round < 300, "a session is stuck");
      for (const [who, peer] of this.peers.entries()) {
        await this.read(who, Infinity);
        await this.#deliver(peer, Infinity, false);
      }
      while (this.#scripts().some((script) => script.waiting.length > 0)) await this.resolve(0, true);
      await this.turn();
      if (
        this.peers.some(
          ({ model, outbox, carrier }) =>
            model.asked.length > 0 || outbox.length > 0 || carrier.paused || model.ending !== undefined,
        )
      )
        await this.advance(1_000);
    }
    for (const peer of this.peers) {
      assert.equal(peer.carrier.ended, peer.model.finished || peer.model.ending !== undefined);
    }
  }

  /** Closes what is open, and shows that nothing is left behind. */
  async finish(): Promise<void> {
    while (this.peers.length > 0) await this.close(0);
    const { counters, announcer } = this.core;
    assert.equal(announcer.listeners, 0, "a closed session listens");
    assert.equal(this.#clock.pending, 0, "a closed session has a deadline");
    assert.deepEqual([this.core.inboxes?.size, this.boxes.held], [0, 0], "a closed session has an inbox");
    assert.equal(counters.opened, this.#opened);
    assert.equal(
      Object.values(counters.closed).reduce((sum, count) => sum + count),
      this.#opened,
    );
    assert.equal(counters.notifications, this.#notifications, "the counter is the number of notifications that came");
  }

  // How it is compared.

  #unsettled(): boolean {
    return (
      this.#turn.waiting > 0 ||
      this.peers.some(({ carrier, model, outbox }) => {
        const waits = carrier.full || (carrier.ended ? !carrier.flushed : carrier.paused || model.ending !== undefined);
        return waits || model.asked.length > 0 || model.unannounced.length > 0 || outbox.length > 0;
      })
    );
  }

  #peer(who: number): Peer | undefined {
    return this.peers[who % Math.max(1, this.peers.length)];
  }

  #source(name: string): ScriptedSource | undefined {
    return this.sources.get(name) ?? this.boxes.inboxes.get(name);
  }

  #scripts(): Script[] {
    const sources = [...this.sources.values(), ...this.boxes.inboxes.values()];
    return [...sources.map(({ script }) => script), this.board, this.boxes.opener];
  }

  #stop(): void {
    this.#stopped = true;
    for (const { carrier, model } of this.peers) if (!model.finished && !carrier.ended) model.ending = "stopped";
    this.core.stop();
  }

  #rang(source: string, sequence: number): void {
    if (this.#stopped) return;
    const { newest, boxes } = this.#world;
    (boxes.has(source) ? boxes : newest).set(source, sequence);
    this.#world.rangNow.push({ source, sequence });
    for (const { carrier, model } of this.peers) model.rang(source, sequence, !carrier.full);
  }

  async #deliver(peer: Peer, size: number, straggles: boolean): Promise<void> {
    if (peer.outbox.length === 0 || (peer.carrier.paused && !straggles) || !this.peers.includes(peer)) return;
    const chunk = peer.outbox.subarray(0, size);
    peer.outbox = peer.outbox.subarray(chunk.length);
    peer.model.received(chunk);
    peer.session.received(chunk);
    await this.#look();
  }

  /** Compares what the server said with what the model allows. */
  async #look(): Promise<void> {
    await new Promise(setImmediate);
    this.#world.now = this.#clock.now();
    for (const peer of this.peers) {
      const { carrier, model } = peer;
      for (const line of carrier.takeLines()) model.heard(line);
      assert.equal(carrier.text, "", "lines are written whole");
      if (carrier.ended) model.ended();
      model.passed();
      if (carrier.full) model.fellBehind();
      checkBounds(peer, this.#world.now, this.#limits);
      checkProgress(peer, this.#world.now, this.#limits, this.#world.calls);
    }
    this.#world.rangNow = [];
    for (const [who, { carrier }] of [...this.peers.entries()].toReversed())
      if (carrier.destroyed) await this.close(who);
  }
}
