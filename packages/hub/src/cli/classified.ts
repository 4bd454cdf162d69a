import type { Command } from "commander";

import { type HubAddress, withHubAddress } from "./address.ts";
import { type Ask, askHub } from "./ask.ts";
import { print, printable, remark } from "./terminal.ts";
import { count } from "./values.ts";

/** The hub shows a new session this many ads at most; more answers than that would not be the board's end. */
const ADS_MAX = 100;

interface ClassifiedOptions extends HubAddress {
  readonly newest: number;
}

export function addClassified(program: Command): void {
  withHubAddress(program.command("classified"))
    .description("print the ads on the board, the oldest first")
    .option("-n, --newest <count>", "only so many of the newest", count, ADS_MAX)
    .addHelpText(
      "after",
      "\nExample:\n  $ doorbell classified --newest 2\n  Nice appart in the 11e.\n  A cool duplex in the 11e",
    )
    .action(async (options: ClassifiedOptions) => {
      const ads = await askHub(options, unreadAds);
      if (ads.length === 0) remark('The board is empty. Put an ad on it with "doorbell post TEXT".');
      for (const ad of ads.slice(-options.newest)) print(printable(ad));
    });
}

async function unreadAds(ask: Ask): Promise<readonly string[]> {
  const ads: string[] = [];
  while (ads.length < ADS_MAX) {
    const ad = await ask({ verb: "fetch", source: "classified" });
    if (ad === "") break;
    ads.push(ad);
  }
  return ads;
}
