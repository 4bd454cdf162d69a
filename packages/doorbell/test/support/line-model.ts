import assert from "node:assert/strict";

import { type Asked, asked, askedByHalf, checkAnswer, plainAnswers } from "./model-asked.ts";
import type { Call, ModelWorld } from "./model-world.ts";
import { naiveLines } from "./naive-splitter.ts";
import { Owed } from "./owed.ts";

const NEEDS_KEY = "error: inbox needs a key: key <reading key>";

/**
 * What the protocol's text demands of one session: fed with what the client said, with what became available, and with
 * each line that the server said, it refuses the first line that the text does not allow, and knows what is still to come.
 */
export class ModelSession {
  readonly asked: Asked[] = [];
  /** When the oldest that is unanswered became the oldest. */
  askedSince = 0;
  notifications = 0;
  answers = 0;
  /** The key of the inbox that is open. */
  key: string | undefined;
  /** Said its last line. */
  finished = false;
  /** The client has said that it ended, or the server was stopped: nothing more is heard. */
  ending: "client" | "stopped" | "keyEnded" | undefined;
  readonly #world: ModelWorld;
  readonly #read = new Map<string, number>();
  #mode: ReadonlySet<string> | undefined;
  /** The mode that the last answer, to `stop_notif`, was the end of: a `notif` that came right behind may go on with it. */
  #left: ReadonlySet<string> | undefined;
  #owed = new Map<string, Owed>();
  #bytes: Buffer = Buffer.alloc(0);
  #linesTaken = 0;
  #idleFrom = 0;
  /** Which inbox a key opened. */
  #box: string | undefined;
  #wrong = 0;

  constructor(world: ModelWorld, unread: ReadonlyMap<string, number>) {
    this.#world = world;
    for (const [source, newest] of world.newest)
      this.#read.set(source, Math.max(0, newest - (unread.get(source) ?? 1)));
  }

  // What happened.

  received(chunk: Buffer, isHalf: boolean = false): void {
    if (this.finished || this.ending !== undefined) return;
    this.#idleFrom = this.#world.now;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const { lines, fault } = naiveLines(this.#bytes, this.#world.lineBytesMax);
    for (const line of lines.slice(this.#linesTaken)) {
      const whole = asked(line, [...this.#world.newest.keys()]);
      this.#ask(isHalf ? askedByHalf(whole) : whole);
    }
    this.#linesTaken = lines.length;
    if (fault !== undefined && this.asked.at(-1)?.verb !== "fault") this.#ask({ verb: "fault" });
  }

  rang(source: string, sequence: number, keepsUp: boolean): void {
    const name = this.#world.boxes.has(source) ? "inbox" : source;
    if (name === "inbox" && source !== this.#box) return;
    if (this.#mode?.has(name) !== true || sequence <= this.#readOf(source)) return;
    this.#owedOf(source).add(sequence, !keepsUp);
  }

  /** The client does not keep up: what has not been announced yet may become one. */
  fellBehind(): void {
    for (const owed of this.#owed.values()) owed.fellBehind();
  }

  /** A turn ended while the client did not keep up: what has not been announced has become one, for each source. */
  turnEndedBehind(): void {
    for (const owed of this.#owed.values()) owed.merge();
  }

  /** Time went on. */
  passed(): void {
    if (this.#mode !== undefined && this.#world.now >= this.#idleFrom + this.#world.idleMs) this.#leaveMode();
  }

  // What the server said.

  heard(line: string): void {
    assert.ok(!this.finished, `after the last line came ${JSON.stringify(line)}`);
    if (line.startsWith("notif: ")) return this.#notified(line.slice("notif: ".length));
    const command = this.asked.shift();
    this.askedSince = this.#world.now;
    if (command === undefined && (this.ending === "stopped" || this.ending === "keyEnded")) {
      assert.match(line, this.ending === "stopped" ? /^error: .*stopping/ : /^error: the key opens no inbox any more/);
      return this.#finish();
    }
    assert.ok(command !== undefined, `nobody asked for ${JSON.stringify(line)}`);
    this.answers += 1;
    const left = command.verb === "stop_notif" ? this.#mode : undefined;
    this.#answered(command, line);
    this.#left = left;
  }

  /** The client said its end: what has no line end is a line too. */
  inputEnded(): void {
    if (this.#bytes.length > 0 && this.#bytes.at(-1) !== 10) this.received(Buffer.from("\n"), true);
    if (!this.finished) this.ending ??= "client";
  }

  /** The server said its end. */
  ended(): void {
    if (this.finished) return;
    assert.equal(this.ending, "client", "the session ends, and nobody asked for it");
    assert.deepEqual(this.asked, [], "the session ends before all is answered");
    this.#finish();
  }

  /** The sources that have a notification coming that must come. */
  get unannounced(): string[] {
    return [...this.#owed].filter(([, owed]) => owed.must).map(([source]) => source);
  }

  /** The call that the oldest unanswered command waits for, as it would be named. */
  get waitsFor(): string | undefined {
    const [command] = this.asked;
    return command === undefined ? undefined : this.#callOf(command);
  }

  #notified(source: string): void {
    this.notifications += 1;
    assert.ok(this.#mode !== undefined, `outside notification mode came a notification of ${source}`);
    assert.ok(this.#mode.has(source), `a notification of ${source}, which the mode does not cover`);
    assert.ok(this.#owedOf(this.#idOf(source)).notified(), `a notification of ${source} with nothing new there`);
  }

  #answered(command: Asked, line: string): void {
    const fits = (expected: string | RegExp): void => checkAnswer(line, expected, command);
    switch (command.verb) {
      case "fetch":
        return this.#fetched(command, line);
      case "post":
        return this.#posted(command, line);
      case "key":
        return this.#keySaid(command, line);
      case "notif":
        if (command.sources.includes("inbox") && this.#box === undefined) return fits(NEEDS_KEY);
        fits("OK");
        return this.#enterMode(command.sources);
      case "stop_notif":
        fits("OK");
        return this.#leaveMode();
      case "quit":
        fits("OK");
        return this.#finish();
      case "fault":
        fits(/^error: /);
        return this.#finish();
      case "sources":
        return fits([...this.#world.newest.keys(), ...(this.#box === undefined ? [] : ["inbox"])].join(" "));
      default:
        return fits(plainAnswers[command.verb]);
    }
  }

  #fetched(command: Extract<Asked, { verb: "fetch" }>, line: string): void {
    if (command.source === "inbox" && this.#box === undefined) return assert.equal(line, NEEDS_KEY);
    const id = this.#idOf(command.source);
    const call = this.#callFor(command, line);
    if (call === undefined) return;
    assert.equal(line, call.text, `the answer to ${call.what}`);
    this.#read.set(id, call.sequence);
    this.#owedOf(id).read(call.sequence);
  }

  #keySaid(command: Extract<Asked, { verb: "key" }>, line: string): void {
    const { keys, rangNow, wrongKeysMax } = this.#world;
    const box = keys.get(command.key);
    if (this.ending === "stopped" && line === "error: inbox is not available now; try again") {
      const call = this.#world.calls.find(
        (each) => each.what === `open ${command.key}` && /given|failed/.test(each.outcome),
      );
      assert.ok(call !== undefined, "nobody asked what the key opens");
      return void (call.outcome = "answered");
    }
    if (!line.startsWith("error: no inbox has that key")) {
      if (this.#callFor(command, line) === undefined) return;
      assert.equal(line, "OK", "the answer to a key");
      assert.ok(box !== undefined, "a key that opens nothing");
      this.#close();
      this.#box = box;
      this.key = command.key;
      this.#read.set(box, command.after);
      if (this.#mode?.has("inbox") === true) this.#owed.set(box, this.#fresh(box, rangNow));
      return;
    }
    const given = this.#world.calls.find(({ what, outcome }) => what === `open ${command.key}` && outcome === "given");
    assert.ok(given !== undefined && box === undefined, `${line} answers a key that is not known to be wrong`);
    given.outcome = "answered";
    this.#wrong += 1;
    if (this.#wrong >= wrongKeysMax) this.#finish();
  }

  /** The key that this session said last opens nothing any more. */
  keyEnded(): void {
    if (this.finished || this.ending === "stopped") return;
    this.#close();
    // A client that has said its end still reads.
    this.ending = "keyEnded";
  }

  #close(): void {
    if (this.#box !== undefined) this.#owed.delete(this.#box);
    this.#box = this.key = undefined;
  }

  /** What `name` stands for in this session. */
  #idOf(name: string): string {
    return name === "inbox" ? (this.#box ?? name) : name;
  }

  #posted(command: Asked, line: string): void {
    if (this.#callFor(command, line) !== undefined) assert.equal(line, "OK", "the answer to a post");
  }

  /** The call whose result this line can be; `undefined` when the line says that it failed, and it did. */
  #callFor(command: Asked, line: string): Call | undefined {
    const what = this.#callOf(command);
    const mine = this.#world.calls.filter((call) => call.what === what);
    if (!line.startsWith("error: ")) {
      // A session that was closed leaves a result that nobody takes.
      const results = mine.filter((call) => call.outcome === "given");
      const given = results.find((call) => command.verb !== "fetch" || call.text === line) ?? results[0];
      assert.ok(given !== undefined, `${JSON.stringify(line)} answers "${what}", which has given nothing`);
      given.outcome = "answered";
      return given;
    }
    const failed =
      mine.find((call) => call.outcome === "failed") ??
      mine.find((call) => call.outcome === "pending" && call.at + this.#world.fetchMs <= this.#world.now);
    assert.ok(failed !== undefined, `${JSON.stringify(line)} answers "${what}", which has not failed`);
    failed.outcome = failed.outcome === "pending" ? "late" : "answered";
    return undefined;
  }

  #callOf(command: Asked): string | undefined {
    if (command.verb === "fetch") {
      const id = this.#idOf(command.source);
      return id === "inbox" ? undefined : `fetch ${id} after ${this.#readOf(id)}`;
    }
    if (command.verb === "key") return `open ${command.key}`;
    return command.verb === "post" ? `post ${command.text}` : undefined;
  }

  #enterMode(names: readonly string[]): void {
    const { newest, rangNow, now } = this.#world;
    const before = this.#mode;
    this.#mode = new Set(names.length === 0 ? [...newest.keys(), "inbox"] : names);
    if (before === undefined) this.#idleFrom = now;
    for (const source of [...newest.keys(), ...(this.#box === undefined ? [] : ["inbox"])]) {
      const id = this.#idOf(source);
      if (!this.#mode.has(source)) this.#owed.delete(id);
      else if (before?.has(source) !== true) {
        const owed = this.#fresh(id, rangNow);
        if (this.#left?.has(source) === true) owed.mayHaveCome();
        this.#owed.set(id, owed);
      }
    }
  }

  /** What is announced at once. An item that came in the same moment can be part of it or be announced by itself. */
  #fresh(source: string, rangNow: ModelWorld["rangNow"]): Owed {
    const now = rangNow.filter((rang) => rang.source === source).map((rang) => rang.sequence);
    const before = (this.#world.newest.get(source) ?? this.#world.boxes.get(source) ?? 0) - now.length;
    const owed = new Owed();
    for (const sequence of [before, ...now]) if (sequence > this.#readOf(source)) owed.add(sequence, now.length > 0);
    return owed;
  }

  #leaveMode(): void {
    this.#mode = undefined;
    this.#owed.clear();
  }

  #finish(): void {
    this.finished = true;
    this.asked.length = 0;
    this.#leaveMode();
  }

  #ask(command: Asked): void {
    if (["unknown", "half"].includes(command.verb) && !this.#world.answersUnknown) return;
    if (this.asked.length === 0) this.askedSince = this.#world.now;
    this.asked.push(command);
  }

  #readOf(source: string): number {
    return this.#read.get(source) ?? 0;
  }

  #owedOf(source: string): Owed {
    const owed = this.#owed.get(source) ?? new Owed();
    this.#owed.set(source, owed);
    return owed;
  }
}
