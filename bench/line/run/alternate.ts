import type { Peer } from "../peers/index.ts";
import { type Plan, perSecond, type Series } from "./figure.ts";
import { Load, type LoadOptions, type Sample } from "./load.ts";
import { type RunningServer, startServer } from "./server.ts";
import { summary } from "./statistics.ts";

interface Measured {
  readonly server: RunningServer;
  readonly load: Load;
  readonly samples: Sample[];
  /** Processor time of the server for each sample. */
  readonly serverNs: number[];
}

/**
 * Starts a server of every peer with its connections, then measures one after the other, round after round. Those that
 * are not measured hold their connections and do nothing.
 */
export async function alternate(
  peers: readonly Peer[],
  { rounds, ms, warmUpMs }: Plan,
  options: LoadOptions,
  measure: (load: Load, ms: number) => Promise<Sample>,
  bytes: (peer: Peer) => number,
): Promise<Series[]> {
  await using stack = new AsyncDisposableStackLike();
  const all: Measured[] = [];
  for (const peer of peers) {
    const server = stack.use(await startServer(peer, options.items ?? 1));
    all.push({ server, load: stack.use(await Load.open(server, options)), samples: [], serverNs: [] });
  }
  // A round that does not count lets everything be compiled that will be.
  for (const { load } of all) await measure(load, warmUpMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of all) {
      const before = one.server.child.cpuNs;
      one.samples.push(await measure(one.load, ms));
      one.serverNs.push(one.server.child.cpuNs - before);
    }
  }
  return all.map((one) => series(one, bytes(one.server.peer)));
}

function series({ server, samples, serverNs }: Measured, bytes: number): Series {
  const ns = samples.reduce((sum, sample) => sum + sample.ns, 0);
  const cpuNs = samples.reduce((sum, sample) => sum + sample.cpuNs, 0);
  const spans = samples.flatMap(({ firstToLastNs }) => (firstToLastNs === undefined ? [] : [firstToLastNs / 1e6]));
  return {
    peer: server.peer.name,
    values: samples.map(perSecond),
    loadShare: cpuNs / ns,
    serverShare: serverNs.reduce((sum, one) => sum + one, 0) / ns,
    serverNsEach: samples.map(({ count }, round) => (serverNs[round] ?? NaN) / count),
    ...(spans.length === 0 ? {} : { firstToLastMs: summary(spans).median }),
    bytes,
  };
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
