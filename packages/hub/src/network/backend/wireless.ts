import { existsSync } from "node:fs";

/** Whether an interface is a radio's, as far as the system tells. */
export function isWireless(ifname: string): boolean | null {
  const place = `/sys/class/net/${ifname}`;
  if (!existsSync(place)) return null;
  return existsSync(`${place}/phy80211`) || existsSync(`${place}/wireless`);
}
