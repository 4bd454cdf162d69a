/** What a history is made of, and what can come of it: plain data, as it goes to a worker. */

export type Kind = "scalar" | "blockingScalar" | "lend" | "mutableLend" | "move";
/** How a call waits: not at all, by a promise, or with its thread parked. */
export type Form = "try" | "await" | "sync";

/** Bytes by a rule: the one at `at` is `fill + 7 * at`, cut to eight bits. A fill of -1: they follow no rule. */
export interface Contents {
  readonly size: number;
  readonly fill: number;
}

/** `null` where the kernel says `undefined`. */
export interface Extent {
  readonly offset: number | null;
  readonly valid: number | null;
}

export interface Send {
  readonly do: "send";
  readonly handle: number;
  readonly kind: Kind;
  readonly form: Form;
  readonly id: number;
  readonly words: readonly number[];
  readonly extent: Extent;
  /** The memory's number; new memory if `fresh` is there. */
  readonly memory: number | null;
  readonly fresh: Contents | null;
  /** With a deadline that is over at once. */
  readonly expires: boolean;
}

export type Action =
  | {
      readonly do: "create";
      readonly form: Form;
      readonly sid: number;
      readonly queueMax: number;
    }
  | { readonly do: "connect"; readonly form: Form; readonly sid: number; readonly expires: boolean }
  | {
      readonly do: "narrow";
      readonly form: Form;
      readonly server: number;
      readonly sid: number;
      readonly opcodes: readonly number[];
    }
  | { readonly do: "revoke"; readonly sid: number }
  /** Makes a server with a name; from then on the history has its id. */
  | {
      readonly do: "register";
      readonly form: Form;
      readonly name: number;
      readonly sid: number;
      readonly limit: number | null;
      readonly queueMax: number;
    }
  /** Connects by a name. */
  | { readonly do: "find"; readonly form: Form; readonly name: number; readonly expires: boolean }
  | { readonly do: "unregister"; readonly form: Form; readonly name: number; readonly sid: number }
  /** Asks whether every limited name is full. */
  | { readonly do: "full"; readonly form: Form }
  | { readonly do: "disconnect"; readonly handle: number }
  | Send
  | { readonly do: "receive"; readonly server: number; readonly form: Form; readonly expires: boolean }
  | {
      readonly do: "answer";
      readonly message: number;
      readonly words: readonly number[];
      readonly extent: Extent;
      /** What the server writes into the memory before; `null`: nothing. */
      readonly write: number | null;
    }
  | { readonly do: "defer" | "drop" | "take"; readonly message: number }
  | {
      readonly do: "forward";
      readonly message: number;
      readonly handle: number;
      readonly form: Form;
      readonly id: number;
      readonly expires: boolean;
    }
  | { readonly do: "destroy"; readonly server: number; readonly force: boolean }
  /** Gives up what another command waits for. */
  | { readonly do: "abort"; readonly of: number }
  | { readonly do: "look"; readonly memory: number }
  | { readonly do: "kill" };

/** One command. What it makes (a server, a handle, a message, memory) is known by its ticket from then on. */
export type Command = Action & { readonly party: number; readonly ticket: number };

/** A message as its receiver sees it. */
export interface Seen extends Extent {
  readonly kind: Kind;
  readonly id: number;
  readonly from: number;
  readonly words: readonly number[];
  readonly contents: Contents | null;
}

/** How a command ended. `refused`: a `try…` form returned the code; `failed`: it was thrown. */
export type Outcome = ({ readonly ok: unknown } | { readonly refused: string } | { readonly failed: string }) & {
  /** The memory that was sent, as its sender finds it then; `away`: it may not look. */
  readonly memory?: Contents | "away";
};

/** What the model says will come of a command: one of these, and of all but a few there is only one. */
export interface Prediction {
  readonly party: number;
  readonly ticket: number;
  readonly outcomes: readonly Outcome[];
}
