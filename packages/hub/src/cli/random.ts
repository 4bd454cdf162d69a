import type { Command } from "commander";

import { type HubAddress, withHubAddress } from "./address.ts";
import { askHub } from "./ask.ts";
import { print } from "./terminal.ts";

export function addRandom(program: Command): void {
  withHubAddress(program.command("random"))
    .description("print the hub's newest random number")
    .addHelpText("after", "\nExample:\n  $ doorbell random\n  456902234")
    .action(async (options: HubAddress) => {
      print(await askHub(options, (ask) => ask({ verb: "fetch", source: "random" }, /^\d+$/)));
    });
}
