import { type Face, face, move, type MoveEntry, type Service, service } from "@doorbell-js/doorbell/kernel";
import { subscription, type SubscriptionApi } from "@doorbell-js/doorbell/push";

import { type OwnedSourceEntries, PublicSource, sourceEntries, type SourceEntries } from "../api.ts";
import { WifiState } from "./status.ts";

/** How the network manager is subscribed to. The state is without interfaces, and its number 0, until it is known. */
export const wifi: SubscriptionApi<WifiState> = subscription(WifiState, { subscribe: 16, unsubscribe: 17 });

/** What anybody may ask of the network manager. */
export type NetEntries = {
  readonly SubscribeWifiStats: SubscriptionApi<WifiState>["subscribe"];
  readonly UnsubWifiStats: SubscriptionApi<WifiState>["unsubscribe"];
};

const net: NetEntries = { SubscribeWifiStats: wifi.subscribe, UnsubWifiStats: wifi.unsubscribe };

/** All that the network manager can be asked: a source, too. */
export type NetManagerEntries = OwnedSourceEntries &
  NetEntries & {
    readonly StateChangeEvent: MoveEntry<WifiState>;
  };

/** Its private server: every operation, and never registered. */
export const NetManagerService: Service<NetManagerEntries> = service({
  ...sourceEntries,
  ...net,
  StateChangeEvent: move(18, { value: WifiState, doc: "The state is this now: if it is another, everybody is told." }),
});

/** What stands at {@link netName}. */
export const PublicNet: Service<NetEntries> = service(net);
export const netName = "net";

const following = { SubscribeWifiStats: "SubscribeWifiStats", UnsubWifiStats: "UnsubWifiStats" } as const;
export const netFace: Face<NetEntries, NetManagerEntries, typeof following> = face(
  PublicNet,
  NetManagerService,
  following,
);

const reading = { Subscribe: "Subscribe", Unsubscribe: "Unsubscribe", Fetch: "Fetch" } as const;
/** The same as any source shows. */
export const netSourceFace: Face<SourceEntries, NetManagerEntries, typeof reading> = face(
  PublicSource,
  NetManagerService,
  reading,
);
