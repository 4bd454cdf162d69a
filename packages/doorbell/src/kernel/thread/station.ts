import { kernelThread } from "../broker/protocol.ts";
import type { Memory } from "../memory.ts";
import type { RingSize } from "../ring/layout.ts";
import { Wake } from "../ring/wake.ts";
import { type Call, CallTable, Completion } from "./completion.ts";
import type { GivenPass, Lane, LaneParts, Outgoing, RemoteLane, ServerQueue, ThreadContext } from "./contracts.ts";
import { Control, Introductions } from "./control.ts";
import { Dispatch } from "./dispatch.ts";
import { Lanes } from "./lanes.ts";
import { LocalLane } from "./local-lane.ts";
import { RingLane } from "./ring-lane.ts";
import { KernelWake, Sleeper, type ThreadPowers } from "./sleeper.ts";

/** What a thread was told when it joined. */
interface Welcome {
  readonly thread: number;
  readonly ring: RingSize;
}

/** A thread's side of the kernel: its lanes, servers, connections and calls, and what it does when something comes. */
export class Station implements ThreadContext {
  readonly thread: number;
  readonly ring: RingSize;
  readonly wake: Wake;
  readonly powers: ThreadPowers;
  readonly lanes: Lanes;
  readonly local: LocalLane;
  readonly servers: Map<number, ServerQueue> = new Map();
  readonly calls: CallTable = new CallTable();
  readonly sleeper: Sleeper;
  readonly control: Control;
  readonly dispatch: Dispatch;
  readonly introductions: Introductions;
  /** The connections with sends in line, and the lanes with answers in line. */
  readonly waiting: Set<Outgoing> = new Set();
  readonly stalled: Set<RemoteLane> = new Set();
  /** Connections by their slot in this thread's table. */
  readonly connections: Map<number, Outgoing> = new Map();
  /** Ends when this thread has left the kernel, or the kernel has ended. */
  readonly left: Completion<void> = new Completion<void>();
  /** How many answers may wait for room in one lane: a thread that takes none of so many is not heard any more. */
  answersMax: number = Infinity;
  #nextServer = 1;

  constructor({ thread, ring }: Welcome, wake: Wake, powers: ThreadPowers) {
    this.thread = thread;
    this.ring = ring;
    this.wake = wake;
    this.powers = powers;
    this.lanes = new Lanes(wake, () => void (wake.controlChanged && this.control.drainNew()));
    this.control = new Control(this);
    this.dispatch = new Dispatch(this);
    this.introductions = new Introductions(this);
    this.local = new LocalLane(thread, this.dispatch);
    this.lanes.local = this.local;
    this.sleeper = new Sleeper(wake, powers, this);
  }

  /** Takes what has come: the broker's news, messages and answers; and sends what has room by now. */
  pump(): boolean {
    const news = this.control.hasNews && this.control.drain();
    const came = this.lanes.drain();
    // What ended while that arrived.
    this.control.settle();
    const went = (this.waiting.size > 0 || this.stalled.size > 0) && this.sendWaiting();
    return news || came || went;
  }

  /** Whether there is anything to take, or room for what waits for it. */
  pending(): boolean {
    if (this.control.hasNews || this.lanes.ready) return true;
    if (this.waiting.size === 0 && this.stalled.size === 0) return false;
    // Room is asked for before the last look for it: who makes some afterwards finds the question.
    for (const connection of this.waiting) connection.lane.wantRoom();
    for (const lane of this.stalled) lane.wantRoom();
    return this.sendWaiting();
  }

  /** Tries again what had no room; whether anything went. */
  sendWaiting(): boolean {
    let went = false;
    for (const lane of this.stalled) {
      if (lane.flush()) continue;
      this.unstall(lane);
      went = true;
    }
    for (const connection of this.waiting) {
      const { waiters } = connection;
      let sent = 0;
      while (waiters[sent]?.attempt() === true) sent += 1;
      if (sent > 0) went = true;
      // All at once: the line may be long.
      waiters.splice(0, sent);
      if (waiters.length === 0) this.waiting.delete(connection);
    }
    return went;
  }

  /** Returns a number for a new server, or for a narrowed id of one; it is never used again. */
  nextServer(): number {
    this.#nextServer += 1;
    return this.#nextServer - 1;
  }

  openCall(lane: Lane, memory: Memory | undefined, mutable: boolean): Call {
    return this.calls.open(this.powers.randomKey(), lane.peer, memory, mutable);
  }

  passed(pass: GivenPass): void {
    this.dispatch.passed(pass);
  }

  addLane(parts: LaneParts, wake: SharedArrayBuffer): void {
    const peerWake = parts.peer === kernelThread ? new KernelWake(wake, this.powers) : new Wake(wake);
    this.lanes.add(new RingLane(parts, this.ring, peerWake, this.dispatch));
  }

  unstall(lane: RemoteLane): void {
    if (this.stalled.delete(lane)) this.sleeper.end();
  }
}
