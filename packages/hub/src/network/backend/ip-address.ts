import { NetworkError } from "../errors.ts";
import type { LinkState, NetworkState, WlanStatus } from "../state.ts";
import { safeText } from "../text.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\u0001-\u0009\u000b-\u001f]/g;

/** What `ip -j address` prints, of which only this is relied on. */
interface Printed {
  readonly ifname?: unknown;
  readonly flags?: unknown;
  readonly addr_info?: unknown;
}

interface PrintedAddress {
  readonly family?: unknown;
  readonly local?: unknown;
  readonly prefixlen?: unknown;
  readonly tentative?: unknown;
  readonly dadfailed?: unknown;
}

/** The state that `ip -j address` printed. Throws a `BadReport`. */
export function readAddresses(printed: string, isWireless: (ifname: string) => boolean | null): NetworkState {
  const list = parsed(printed);
  if (!Array.isArray(list)) throw new NetworkError("BadReport", "ip -j address printed no list");
  return list.flatMap((one: unknown): WlanStatus[] => {
    // Empty objects stand for what was filtered.
    if (typeof one !== "object" || one === null || Object.keys(one).length === 0) return [];
    const { ifname, flags, addr_info: addresses }: Printed = one;
    if (typeof ifname !== "string" || !Array.isArray(flags))
      throw new NetworkError("BadReport", "ip -j address printed an interface without its name or flags");
    if (flags.includes("LOOPBACK")) return [];
    const all = Array.isArray(addresses) ? (addresses as PrintedAddress[]) : [];
    const of = (family: string): string[] => all.filter((address) => address.family === family).flatMap(address);
    const known = { ssid: null, linkState: linkState(flags), wireless: isWireless(ifname) };
    return [{ ifname: safeText(ifname), ...known, ipv4: of("inet"), ipv6: of("inet6") }];
  });
}

/** A name may hold a control character, which is printed as it is and makes no JSON. */
function parsed(printed: string): unknown {
  const text = printed.replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  try {
    return JSON.parse(text === "" ? "[]" : text);
  } catch (cause) {
    throw new NetworkError("BadReport", "ip -j address printed no JSON", { cause });
  }
}

function linkState(flags: readonly unknown[]): LinkState {
  if (!flags.includes("UP")) return "off";
  return flags.includes("LOWER_UP") ? "up" : "noCarrier";
}

function address({ local, prefixlen, tentative, dadfailed }: PrintedAddress): string[] {
  if (typeof local !== "string" || tentative === true || dadfailed === true) return [];
  return [typeof prefixlen === "number" ? `${local}/${prefixlen}` : local];
}
