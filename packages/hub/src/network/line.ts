import type { NetworkState, WlanStatus } from "./state.ts";

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
    if (bytes + fits + Buffer.byteLength(line([], omitted + state.length - fits - 1)) > LINE_BYTES_MAX) break;
    fits += 1;
  }
  return line(interfaces.slice(0, fits), omitted + state.length - fits);
}

function line(interfaces: readonly string[], omitted: number): string {
  const end = omitted === 0 ? "" : `,"omitted":${omitted}`;
  return `{"interfaces":[${interfaces.join(",")}]${end}}`;
}

function bounded(status: WlanStatus): WlanStatus {
  return { ...status, ipv4: status.ipv4.slice(0, ADDRESSES_MAX), ipv6: status.ipv6.slice(0, ADDRESSES_MAX) };
}
