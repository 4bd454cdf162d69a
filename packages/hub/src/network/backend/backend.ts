import type { Clock } from "../../time/index.ts";
import type { NetworkState } from "../state.ts";

export type BackendName = "networkmanager" | "rtnetlink" | "poll";

/** One way to learn of the network. */
export interface Backend {
  readonly name: BackendName;
  /**
   * Begins to watch; from then on no change may be missed. Rejects if it cannot be had here, in a time of its own, and
   * soon once the host's signal says so.
   */
  open(host: BackendHost): Promise<OpenBackend>;
}

/** What a back end is given. */
export interface BackendHost {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Something may have changed: the state is to be read. May be called as often as it likes. */
  readonly changed: () => void;
  /** It cannot go on; it is disposed of then. */
  readonly died: (cause: Error) => void;
}

export interface OpenBackend extends AsyncDisposable {
  /** The whole state, in any order. If it rejects, the back end counts as dead. */
  read(): Promise<NetworkState>;
}
