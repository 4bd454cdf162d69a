/** What the network is like, as the watcher tells it: the state, its texts, the back ends that it is learnt from, and errors. */

import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";

import type { Clock } from "../time.ts";

/** Every interface, sorted by name. */
export type NetworkState = readonly WlanStatus[];

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

/** What a line may be long. */
const LINE_BYTES_MAX = 16_384;

/** Of an interface's addresses of one kind. */
export const ADDRESSES_MAX: number = 8;

/**
 * A state as one line of JSON, of 16,384 bytes at most:
 *
 *     {"interfaces":[{"ifname":"wlan0","ssid":"home","linkState":"up","ipv4":["192.0.2.10/24"],"ipv6":[],"wireless":true}]}
 *
 * Of an interface's addresses it has the first 8 of each kind. Interfaces that do not fit any more are left out from
 * the end, and counted: `"omitted":3` stands before the brace that ends the line, if there are any. The first 19 always fit.
 * `omitted` are those that the state itself is without.
 */
export function networkLine(state: NetworkState, omitted: number = 0): string {
  const interfaces: string[] = [];
  let fits = 0;
  let bytes = 0;
  for (const status of state) {
    const one = JSON.stringify(bounded(status));
    interfaces.push(one);
    bytes += Buffer.byteLength(one);
    // With the commas between them. Nothing that follows makes what is too long shorter.
    if (bytes + fits + Buffer.byteLength(lineOf([], omitted + state.length - fits - 1)) > LINE_BYTES_MAX) break;
    fits += 1;
  }
  return lineOf(interfaces.slice(0, fits), omitted + state.length - fits);
}

function lineOf(interfaces: readonly string[], omitted: number): string {
  const end = omitted === 0 ? "" : `,"omitted":${omitted}`;
  return `{"interfaces":[${interfaces.join(",")}]${end}}`;
}

function bounded(status: WlanStatus): WlanStatus {
  return { ...status, ipv4: status.ipv4.slice(0, ADDRESSES_MAX), ipv6: status.ipv6.slice(0, ADDRESSES_MAX) };
}

/** What a network is called may be any bytes, of anybody's choosing; 802.11 allows 32. */
const SSID_BYTES_MAX = 32;

/**
 * A Wi-Fi network's name as text that is safe to show: UTF-8 as it is, save that a backslash is `\\`, and a byte that
 * is not UTF-8, or is part of a character that controls, hides or reorders text, is `\x` and two digits. So different
 * names are different texts. Null for no name (a hidden network's), and for what is too long to be one.
 */
export function ssidText(bytes: Uint8Array): string | null {
  if (bytes.length === 0 || bytes.length > SSID_BYTES_MAX) return null;
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = utf8Length(bytes, at);
    const character = bytes.subarray(at, at + Math.max(length, 1));
    text += length === 0 ? escapedBytes(character) : safeText(Buffer.from(character).toString());
    at += character.length;
  }
  return text;
}

/** How many bytes the UTF-8 character there has, or 0 if there is none. */
function utf8Length(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1)
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}

/** Text that is safe to show, by the same escapes. */
export function safeText(text: string): string {
  return text.replace(ESCAPED, (character) => (character === "\\" ? "\\\\" : escapedBytes(Buffer.from(character))));
}

/** Control characters, those that hide or reorder text, those that end a line; and what the escapes begin with. */
const ESCAPED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu;

function escapedBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

/** Whether an interface is a radio's, as far as the system tells. */
export function isWireless(ifname: string): boolean | null {
  const place = `/sys/class/net/${ifname}`;
  if (!existsSync(place)) return null;
  return existsSync(`${place}/phy80211`) || existsSync(`${place}/wireless`);
}

/** One way to learn of the network. */
export interface Backend {
  readonly name: BackendName;
  /**
   * Begins to watch; from then on no change may be missed. Rejects if it cannot be had here, in a time of its own, and
   * soon once the host's signal says so.
   */
  open(host: BackendHost): Promise<OpenBackend>;
}

export type BackendName = "networkmanager" | "rtnetlink" | "poll";

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

/** The one error class of the network. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Why the network cannot be watched, by a stable name.
 *
 * | code | when |
 * |---|---|
 * | `NoBackend` | none of the back ends can be had here (`cause`: why each) |
 * | `Unavailable` | this back end cannot be had here, or not any more |
 * | `BadReport` | what it told of the network makes no sense |
 * | `Aborted` | the signal that was given said so (`cause`) |
 */
type NetworkErrorCode = "NoBackend" | "Unavailable" | "BadReport" | "Aborted";
