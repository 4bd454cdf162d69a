/** What threads and the broker say to each other by control lines, and the limits and reports of the kernel. */

import type { MessagePort } from "node:worker_threads";

import type { KernelErrorCode } from "../errors.ts";
import type { SidWords } from "../ids.ts";
import type { RingSize } from "../ring/layout.ts";

/** The number of the kernel's own thread, whose servers are its own. */
export const kernelThread = 0;

/**
 * What a thread asks of the broker, over its control line. A `request` is the thread's own number for the reply; a
 * `server` is the thread's own number for its server; a `peer` is the other thread of a lane.
 */
export type ToBroker =
  | {
      readonly type: "createServer";
      readonly request: number;
      readonly server: number;
      readonly sid: SidWords;
      readonly queueMax: number;
    }
  | { readonly type: "destroyServer"; readonly server: number }
  | {
      readonly type: "narrow";
      readonly request: number;
      readonly server: number;
      readonly sid: SidWords;
      readonly opcodes: readonly number[];
      /** The thread's own number for this narrowed id: `opened` names it again. */
      readonly narrowed: number;
    }
  | { readonly type: "revoke"; readonly sid: SidWords }
  /** `wait`: parked until the server exists. */
  | { readonly type: "connect"; readonly request: number; readonly sid: SidWords; readonly wait: boolean }
  /** A connect whose waiter has gone. If the reply is on its way, the thread disconnects on its own. */
  | { readonly type: "cancel"; readonly request: number }
  /** One more handle on a connection that there is. */
  | { readonly type: "reference"; readonly peer: number; readonly connection: number }
  /** One reference less; at none, the connection ends. */
  | { readonly type: "disconnect"; readonly peer: number; readonly connection: number }
  /** To a `closed`: all that came by it is taken, and its index may be given to another connection now. */
  | { readonly type: "released"; readonly peer: number; readonly connection: number }
  /** A thread's own check refused an opcode that a narrowed id does not pass: to be counted by the server. */
  | { readonly type: "denied"; readonly peer: number; readonly connection: number }
  /** Calls of one peer are passed on to another: both are to have a lane, for the answers. */
  | { readonly type: "introduce"; readonly request: number; readonly client: number; readonly server: number }
  /** A call of the peer was passed on, and there is no room in the lane to say so: see `passed` of {@link ToThread}. */
  | ({ readonly type: "passed"; readonly peer: number } & PassedWord)
  /** The peer broke the ring's rules: the lane ends for both, and there will be no other. */
  | { readonly type: "quarantine"; readonly peer: number; readonly reason: string }
  /** A port by which another thread will join; `expect` is told when it has, or has not. */
  | { readonly type: "invite"; readonly request: number; readonly port: MessagePort }
  | { readonly type: "inspect"; readonly request: number }
  /** Something was written into the lane to the kernel's own thread, which waits on no word that others can write. */
  | { readonly type: "ring" }
  /** The thread leaves the kernel; its port closes next. */
  | { readonly type: "leave" };

/** What the broker tells a thread. */
export type ToThread =
  | {
      readonly type: "welcome";
      readonly thread: number;
      readonly wake: SharedArrayBuffer;
      readonly ring: RingSize;
      readonly limits: KernelLimits;
    }
  | { readonly type: "refused"; readonly code: KernelErrorCode; readonly detail: string }
  | { readonly type: "done"; readonly request: number; readonly result?: unknown }
  | {
      readonly type: "connected";
      readonly request: number;
      readonly peer: number;
      readonly connection: number;
      readonly queueMax: number;
      readonly opcodes: readonly number[] | undefined;
    }
  | { readonly type: "failed"; readonly request: number; readonly code: KernelErrorCode; readonly detail: string }
  /** A lane to another thread. Comes before anything that names it. `direction` is the half that this thread writes. */
  | {
      readonly type: "lane";
      readonly peer: number;
      readonly direction: 0 | 1;
      readonly shared: SharedArrayBuffer;
      readonly port: MessagePort;
      readonly wake: SharedArrayBuffer;
    }
  /** Counters for more connections; `out`: of those that this thread has to the peer. */
  | { readonly type: "page"; readonly peer: number; readonly out: boolean; readonly shared: SharedArrayBuffer }
  /** To the server's thread: a connection to it begins (before its client hears of it), and ends. */
  | {
      readonly type: "opened";
      readonly peer: number;
      readonly connection: number;
      readonly server: number;
      readonly opcodes: readonly number[] | undefined;
      /** The narrowed id by which it begins, as the server's thread numbered it; `undefined` by the server's own id. */
      readonly narrowed: number | undefined;
    }
  | { readonly type: "closed"; readonly peer: number; readonly connection: number }
  /** To the server's thread: a client's own check refused an opcode. */
  | { readonly type: "denied"; readonly peer: number; readonly connection: number }
  /** To the client's thread: the server of this connection has ended. It answers with one `disconnect` per reference. */
  | { readonly type: "gone"; readonly peer: number; readonly connection: number }
  /** Who had a call of this thread says that it was passed on. It counts if it names the call's key. */
  | ({ readonly type: "passed" } & PassedWord)
  /** The kernel has ended: nothing more will come of it. */
  | { readonly type: "ended" }
  /** The other thread of a lane has ended, or broke its rules: nothing more is read of the lane. */
  | { readonly type: "peerGone"; readonly peer: number };

/** That a call was passed on: the call, and its key; how often by now, and to which thread. */
interface PassedWord {
  readonly call: number;
  readonly key: number;
  readonly depth: number;
  readonly holder: number;
}

/** How many of each thing there can be. A full table refuses with `OutOfMemory`, and names itself. */
export interface KernelLimits {
  /** @default 256 */
  readonly threadsMax: number;
  /** Servers, narrowed ids among them. @default 16384 */
  readonly serversMax: number;
  /** Connections of one thread. @default 16384 */
  readonly connectionsMax: number;
  /** Those waiting for a server, by id or by name. @default 131072 */
  readonly waitersMax: number;
  /** Names of servers. @default 1024 */
  readonly namesMax: number;
}

/** What the kernel says of itself; nothing in it is a secret. */
export interface KernelReport {
  readonly threads: readonly {
    readonly thread: number;
    readonly servers: number;
    /** Without those to the kernel's own servers. */
    readonly connections: number;
    /** Threads with which it shares memory; the kernel's own is one, once the thread has used a name. */
    readonly lanes: number;
  }[];
  readonly servers: readonly ServerReport[];
  /** The kernel's own servers (the name server), which no limit counts, on its own thread, number 0. */
  readonly own: readonly ServerReport[];
  /** Names of servers. */
  readonly names: number;
  /** Messages to the name server that were nothing that it is asked. */
  readonly dropped: number;
  /** Those that wait for a server to exist, or for room to connect by its name. */
  readonly waiting: number;
  /** Threads with a lane that was cut because they broke its rules. */
  readonly quarantined: number;
}

/** What the kernel says of one server, or of a narrowed id of one. */
export interface ServerReport {
  readonly thread: number;
  /** The number of the server in its thread. */
  readonly server: number;
  readonly narrowed: boolean;
  readonly queueMax: number;
  /**
   * Messages sent and not received or, if they want an answer, not answered yet: of all its connections, save those
   * within its own thread, which count nothing here.
   */
  readonly queued: number;
  readonly connections: readonly { readonly thread: number; readonly queued: number }[];
}
