import { bool, type Shape, list, oneOf, option, record, text, u32 } from "@doorbell-js/doorbell/kernel";

import { ADDRESSES_MAX, type LinkState, type NetworkState, type WlanStatus } from "../../network/index.ts";

/** More interfaces of one machine are counted, and not told. */
const INTERFACES_MAX = 256;

/** Names of interfaces: 15 bytes on Linux, each of which may be escaped by four; elsewhere they may be longer. */
const IFNAME_BYTES_MAX = 256;

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

/** The machine's network: its first 256 interfaces, by name. */
export interface WifiState {
  readonly interfaces: readonly WlanStatusIpc[];
  /** Interfaces that are not told: beyond the 256, or with a name of more than 256 bytes. */
  readonly omitted: number;
}

const addresses: Shape<readonly string[]> = list(text(64), ADDRESSES_MAX);

export const WifiState: Shape<WifiState> = record({
  interfaces: list(
    record({
      ifname: text(IFNAME_BYTES_MAX),
      // 32 bytes, each of which may be escaped by four.
      ssid: option(text(128)),
      linkState: oneOf("up", "noCarrier", "off"),
      ipv4: addresses,
      ipv6: addresses,
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
