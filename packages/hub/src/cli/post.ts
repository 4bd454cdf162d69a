import { flawOfAd } from "@doorbell-js/doorbell/line";
import type { Command } from "commander";

import { type HubAddress, withHubAddress } from "./address.ts";
import { askHub } from "./ask.ts";
import { Exit, Failure } from "./failure.ts";

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
