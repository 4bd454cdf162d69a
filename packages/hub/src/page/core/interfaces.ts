import { parsed } from "./wire.ts";

/** An interface of the hub's machine, as it is shown. */
export interface Interface {
  readonly name: string;
  readonly state: "up" | "noCarrier" | "off";
  readonly ssid: string | null;
  readonly addresses: readonly string[];
}

/** The interfaces in a line of the source `network`; undefined if it is not understood. */
export function interfacesOf(line: string): readonly Interface[] | undefined {
  const value = parsed(line) as { readonly interfaces?: unknown } | null | undefined;
  if (!Array.isArray(value?.interfaces)) return undefined;
  return value.interfaces.map(({ ifname, linkState, ssid, ipv4, ipv6 }) => ({
    name: String(ifname),
    state: linkState === "up" || linkState === "off" ? linkState : "noCarrier",
    ssid: typeof ssid === "string" ? ssid : null,
    addresses: [...list(ipv4), ...list(ipv6)],
  }));
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
