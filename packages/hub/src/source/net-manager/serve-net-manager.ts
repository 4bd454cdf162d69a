import { type Kernel, Sid } from "@doorbell-js/doorbell/kernel";
import { MemorySource, systemClock } from "@doorbell-js/doorbell/line";
import { Subscribers } from "@doorbell-js/doorbell/push";

import { networkLine } from "../../network/index.ts";
import { sourceName } from "../api.ts";
import { namedFace, servePrivate, type Serving } from "../serve-private.ts";
import { SourceHost } from "../source-host.ts";
import { netFace, NetManagerService, netName, netSourceFace, wifi } from "./api.ts";
import { fromIpc, type WifiState } from "./status.ts";
import { watchInto, type WatchingOptions } from "./watching.ts";

/** A network manager that is to be served. */
export interface NetManagerOptions extends Partial<WatchingOptions> {
  /** Of its private server. @default a random one */
  readonly sid?: Sid;
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
