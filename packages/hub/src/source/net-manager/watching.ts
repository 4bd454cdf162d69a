import type { Client } from "@doorbell-js/doorbell/kernel";

import { type Backend, type NetworkEvent, type NetworkState, watchNetwork } from "../../network/index.ts";
import type { Clock } from "../../time/index.ts";
import type { NetManagerService } from "./api.ts";
import { toIpc } from "./status.ts";

/** How the machine's network is watched. */
export interface WatchingOptions {
  readonly clock: Clock;
  /** The ways to learn of it, the best first; without any it is not watched. @default all that there are */
  readonly backends?: readonly Backend[] | undefined;
  /** Hears what an operator may want to know. */
  readonly log: (event: NetworkEvent) => void;
  /** Hears why it cannot be watched at all. */
  readonly onError: (cause: unknown) => void;
}

/** Watches the machine's network from now on, and sends what it is like to the network manager. Disposing waits for its end. */
export function watchInto(net: Client<typeof NetManagerService>, options: WatchingOptions): AsyncDisposable {
  const { clock, backends, log, onError } = options;
  const closing = new AbortController();
  const aborted = new Promise<void>((resolve) => closing.signal.addEventListener("abort", () => resolve()));
  const send = (state: NetworkState): void => {
    // It fails if the network manager has ended, which ends the watch.
    net.StateChangeEvent(toIpc(state)).catch(() => {});
  };
  const watch = async (): Promise<void> => {
    if (backends?.length === 0) return;
    try {
      await using watcher = await watchNetwork({ clock, log, signal: closing.signal, ...(backends && { backends }) });
      send(watcher.state);
      watcher.onChange(send);
      await aborted;
    } catch (cause) {
      if (!closing.signal.aborted) onError(cause);
    }
  };
  const watching = watch();
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await watching;
    },
  };
}
