import {
  bool,
  type Client,
  type Face,
  face,
  type Kernel,
  list,
  move,
  type MoveEntry,
  oneOf,
  option,
  record,
  type Service,
  service,
  type Shape,
  Sid,
  text,
  u32,
} from "@doorbell-js/doorbell/kernel";
import { MemorySource, systemClock } from "@doorbell-js/doorbell/line";
import { Subscribers, subscription, type SubscriptionApi } from "@doorbell-js/doorbell/push";

import { type OwnedSourceEntries, PublicSource, sourceEntries, type SourceEntries, sourceName } from "../source/api.ts";
import { namedFace, servePrivate, type Serving, SourceHost } from "../source/serve.ts";
import type { Clock } from "../time.ts";
import {
  ADDRESSES_MAX,
  type Backend,
  type LinkState,
  networkLine,
  type NetworkState,
  type WlanStatus,
} from "./state.ts";
import { type NetworkEvent, watchNetwork } from "./watcher.ts";

/** A network manager that is to be served. */
export interface NetManagerOptions extends Partial<WatchingOptions> {
  /** Of its private server. @default a random one */
  readonly sid?: Sid;
}

/** How the machine's network is watched. */
interface WatchingOptions {
  readonly clock: Clock;
  /** The ways to learn of it, the best first; without any it is not watched. @default all that there are */
  readonly backends?: readonly Backend[] | undefined;
  /** Hears what an operator may want to know. */
  readonly log: (event: NetworkEvent) => void;
  /** Hears why it cannot be watched at all. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Serves the network manager on this thread: a private server, a face at `net` for those who follow the state, and one at
 * `source.network` where it is a source like any other. Resolves at once; the state is told when it is known. Fails as the
 * kernel does (`ServerExists` if the kernel has one already).
 */
export async function serveNetManager(kernel: Kernel, options: NetManagerOptions = {}): Promise<Serving> {
  const { sid = Sid.random(), clock = systemClock, backends, log = () => {}, onError = () => {} } = options;
  const subscribers = new Subscribers(kernel, wifi);
  const lines = new MemorySource({ keep: 1, repeat: true });
  const host = new SourceHost(kernel, lines);
  let state: WifiState = { interfaces: [], omitted: 0 };
  let known = "";
  const change = (next: WifiState): void => {
    const said = JSON.stringify(next);
    if (said === known) return;
    known = said;
    state = next;
    void subscribers.notify(state);
    lines.push(networkLine(fromIpc(state), state.omitted));
  };
  return await servePrivate(kernel, {
    service: NetManagerService,
    sid,
    handlers: (quit) => ({
      ...host.handlers,
      SubscribeWifiStats: (message) => subscribers.add(message, state),
      UnsubWifiStats: (message) => subscribers.remove(message),
      StateChangeEvent: ({ value }) => change(value),
      Quit: quit,
    }),
    faces: [
      namedFace(kernel, sourceName("network"), netSourceFace, onError),
      namedFace(kernel, netName, netFace, onError),
    ],
    feed: (net) => watchInto(net, { clock, backends, log, onError }),
    onError,
    owned: [host, subscribers],
  });
}

/** Watches the machine's network from now on, and sends what it is like to the network manager. Disposing waits for its end. */
function watchInto(net: Client<typeof NetManagerService>, options: WatchingOptions): AsyncDisposable {
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

/** The machine's network: its first 256 interfaces, by name. */
export interface WifiState {
  readonly interfaces: readonly WlanStatusIpc[];
  /** Interfaces that are not told: beyond the 256, or with a name of more than 256 bytes. */
  readonly omitted: number;
}

/** One interface, as it passes between threads: see `WlanStatus`. What there is null for is undefined here. */
export interface WlanStatusIpc {
  readonly ifname: string;
  readonly ssid: string | undefined;
  readonly linkState: LinkState;
  /** The first 8. */
  readonly ipv4: readonly string[];
  /** The first 8. */
  readonly ipv6: readonly string[];
  readonly wireless: boolean | undefined;
}

/** More interfaces of one machine are counted, and not told. */
const INTERFACES_MAX = 256;

/** Names of interfaces: 15 bytes on Linux, each of which may be escaped by four; elsewhere they may be longer. */
const IFNAME_BYTES_MAX = 256;

const addressTexts: Shape<readonly string[]> = list(text(64), ADDRESSES_MAX);

export const WifiState: Shape<WifiState> = record({
  interfaces: list(
    record({
      ifname: text(IFNAME_BYTES_MAX),
      // 32 bytes, each of which may be escaped by four.
      ssid: option(text(128)),
      linkState: oneOf("up", "noCarrier", "off"),
      ipv4: addressTexts,
      ipv6: addressTexts,
      wireless: option(bool),
    }),
    INTERFACES_MAX,
  ),
  omitted: u32,
});

/** A state as it passes between threads, within its bounds. */
export function toIpc(state: NetworkState): WifiState {
  const interfaces = state
    .filter(({ ifname }) => Buffer.byteLength(ifname) <= IFNAME_BYTES_MAX)
    .slice(0, INTERFACES_MAX)
    .map(({ ifname, ssid, linkState, ipv4, ipv6, wireless }): WlanStatusIpc => ({
      ifname,
      ssid: ssid ?? undefined,
      linkState,
      ipv4: ipv4.slice(0, ADDRESSES_MAX),
      ipv6: ipv6.slice(0, ADDRESSES_MAX),
      wireless: wireless ?? undefined,
    }));
  return { interfaces, omitted: state.length - interfaces.length };
}

/** The state that passed between threads. */
export function fromIpc({ interfaces }: WifiState): NetworkState {
  return interfaces.map(({ ifname, ssid = null, linkState, ipv4, ipv6, wireless = null }): WlanStatus => ({
    ifname,
    ssid,
    linkState,
    ipv4,
    ipv6,
    wireless,
  }));
}

/** How the network manager is subscribed to. The state is without interfaces, and its number 0, until it is known. */
export const wifi: SubscriptionApi<WifiState> = subscription(WifiState, { subscribe: 16, unsubscribe: 17 });

/** What anybody may ask of the network manager. */
export type NetEntries = {
  readonly SubscribeWifiStats: SubscriptionApi<WifiState>["subscribe"];
  readonly UnsubWifiStats: SubscriptionApi<WifiState>["unsubscribe"];
};

const netEntries: NetEntries = { SubscribeWifiStats: wifi.subscribe, UnsubWifiStats: wifi.unsubscribe };

/** All that the network manager can be asked: a source, too. */
export type NetManagerEntries = OwnedSourceEntries &
  NetEntries & {
    readonly StateChangeEvent: MoveEntry<WifiState>;
  };

/** Its private server: every operation, and never registered. */
export const NetManagerService: Service<NetManagerEntries> = service({
  ...sourceEntries,
  ...netEntries,
  StateChangeEvent: move(18, { value: WifiState, doc: "The state is this now: if it is another, everybody is told." }),
});

/** What stands at {@link netName}. */
export const PublicNet: Service<NetEntries> = service(netEntries);

export const netName = "net";

const following = { SubscribeWifiStats: "SubscribeWifiStats", UnsubWifiStats: "UnsubWifiStats" } as const;
const netFace: Face<NetEntries, NetManagerEntries, typeof following> = face(PublicNet, NetManagerService, following);

const reading = { Subscribe: "Subscribe", Unsubscribe: "Unsubscribe", Fetch: "Fetch" } as const;
/** The same as any source shows. */
const netSourceFace: Face<SourceEntries, NetManagerEntries, typeof reading> = face(
  PublicSource,
  NetManagerService,
  reading,
);
