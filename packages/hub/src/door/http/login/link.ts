import type { Origins } from "../origins.ts";
import type { Codes } from "./codes.ts";

/** An address that logs in to the page, once, as who has this key. Its code is where no server sees it. */
export function loginLink(
  { codes, origins }: { readonly codes: Codes; readonly origins: () => Origins },
  ownerKey: string,
): string {
  return `${origins().url}/login#${codes.make(ownerKey)}`;
}
