/**
 * What an interface's link is like:
 *
 * | state | |
 * |---|---|
 * | `up` | it can carry traffic: it is switched on and has a carrier; of Wi-Fi: is part of a network |
 * | `noCarrier` | it is switched on, and nothing is at the other end; of Wi-Fi: is part of no network |
 * | `off` | it is switched off |
 *
 * An interface that is removed is not in the list any more. The back end `poll` can only tell `up`: an interface that
 * is not, or has no address, is not in its list.
 */
export type LinkState = "up" | "noCarrier" | "off";

/** One interface of the machine: a cable's, a radio's, or a virtual one. Loopback is none. */
export interface WlanStatus {
  /** Its name, e.g. `wlan0`, with control characters escaped as those of an SSID. */
  readonly ifname: string;
  /** The Wi-Fi network that it is part of, see `ssidText`. Null if it is none, or if that cannot be told. */
  readonly ssid: string | null;
  readonly linkState: LinkState;
  /** Its addresses, with the length of their networks' prefix: `192.0.2.10/24`. Sorted. */
  readonly ipv4: readonly string[];
  /** The same: `fe80::1/64`. Those still being probed for are left out where that can be told. */
  readonly ipv6: readonly string[];
  /** Null if it cannot be told. */
  readonly wireless: boolean | null;
}

/** Every interface, sorted by name. */
export type NetworkState = readonly WlanStatus[];

/** The same state in its one order, so that equal states are equal texts. */
export function ordered(state: NetworkState): NetworkState {
  return state
    .map(({ ifname, ssid, linkState, ipv4, ipv6, wireless }) => ({
      ifname,
      ssid,
      linkState,
      ipv4: ipv4.toSorted(),
      ipv6: ipv6.toSorted(),
      wireless,
    }))
    .toSorted((a, b) => (a.ifname < b.ifname ? -1 : Number(a.ifname > b.ifname)));
}
