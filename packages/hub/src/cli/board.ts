import { flawOfAd } from "@doorbell-js/doorbell/line";
import type { Command } from "commander";

import { printable } from "../printable.ts";
import { type Ask, askHub, type HubAddress, withHubAddress } from "./address.ts";
import { count } from "./options.ts";
import { Exit, Failure, print, remark } from "./output.ts";

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

export function addPost(program: Command): void {
  withHubAddress(program.command("post"))
    .description("put an ad on the board; everybody who listens is told")
    .argument("<text...>", "the ad: 1 to 1,024 bytes, one line")
    .addHelpText("after", '\nExample:\n  $ doorbell post "Nice appart in the 11e."\n  $ doorbell post -- --bold claims')
    .action(async (words: readonly string[], options: HubAddress) => {
      const text = words.join(" ");
      const flaw = flawOfAd(text);
      if (flaw !== undefined) throw new Failure(Exit.Usage, flaw);
      await askHub(options, (ask) => ask({ verb: "post", text }, /^OK$/));
    });
}

export function addRandom(program: Command): void {
  withHubAddress(program.command("random"))
    .description("print the hub's newest random number")
    .addHelpText("after", "\nExample:\n  $ doorbell random\n  456902234")
    .action(async (options: HubAddress) => {
      print(await askHub(options, (ask) => ask({ verb: "fetch", source: "random" }, /^\d+$/)));
    });
}
