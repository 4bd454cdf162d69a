import type { Peer } from "../peers/index.ts";
import type { Plan, Series } from "./figure.ts";
import { Load, type LoadOptions } from "./load.ts";
import { type Measure, type Measured, measureInTurn, seriesOf } from "./rounds.ts";
import { startServer } from "./server.ts";

/**
 * Starts a server of every peer with its connections, then measures one after the other, round after round. Those that
 * are not measured hold their connections and do nothing.
 */
export async function alternate(
  peers: readonly Peer[],
  plan: Plan,
  options: LoadOptions,
  measure: Measure,
  bytes: (peer: Peer) => number,
): Promise<Series[]> {
  await using stack = new AsyncDisposableStackLike();
  const all: Measured[] = [];
  for (const peer of peers) {
    const server = stack.use(await startServer(peer, options.items ?? 1));
    all.push({ server, load: stack.use(await Load.open(server, options)), samples: [], serverNs: [] });
  }
  await measureInTurn(all, plan, measure);
  return all.map((one) => ({ ...seriesOf(one), bytes: bytes(one.server.peer) }));
}

/** What `AsyncDisposableStack` will be once Node has it: disposes of what it was given, the last first. */
class AsyncDisposableStackLike implements AsyncDisposable {
  readonly #owned: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(owned: T): T {
    this.#owned.push(owned);
    return owned;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const owned of this.#owned.toReversed()) await owned[Symbol.asyncDispose]();
  }
}
