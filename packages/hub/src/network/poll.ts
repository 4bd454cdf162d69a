import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

import { type Backend, isWireless, type NetworkState, safeText, type WlanStatus } from "./state.ts";

const POLL_MS = 2_000;

interface PollOptions {
  /** How often to look. @default 2_000 */
  readonly pollMs?: number;
  /** @default os.networkInterfaces */
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
}

/** Looks again and again. Works wherever Node does, and tells least. */
export function poll({ pollMs = POLL_MS, interfaces = networkInterfaces }: PollOptions = {}): Backend {
  return {
    name: "poll",
    async open({ clock, changed }) {
      let timer: { cancel(): void };
      const look = (): void => {
        changed();
        timer = clock.after(pollMs, look);
      };
      timer = clock.after(pollMs, look);
      return {
        read: async () => stateOf(interfaces()),
        async [Symbol.asyncDispose]() {
          timer.cancel();
        },
      };
    },
  };
}

function stateOf(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): NetworkState {
  return Object.entries(interfaces).flatMap(([ifname, all = []]): WlanStatus[] => {
    const addresses = all.filter(({ internal }) => !internal);
    if (addresses.length === 0) return [];
    const of = (family: "IPv4" | "IPv6"): string[] =>
      addresses.filter((one) => one.family === family).map(({ cidr, address }) => cidr ?? address);
    const known = { ssid: null, linkState: "up", wireless: isWireless(ifname) } as const;
    return [{ ifname: safeText(ifname), ...known, ipv4: of("IPv4"), ipv6: of("IPv6") }];
  });
}
