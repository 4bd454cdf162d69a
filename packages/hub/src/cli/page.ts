import type { Command } from "commander";

import { type HttpOptions, withHttpAddress } from "./http-address.ts";
import { HubApi } from "./hub-api.ts";
import { type KeyOptions, withKeys } from "./key-options.ts";
import { colors, print, printable, remark } from "./terminal.ts";

export function addPage(program: Command): void {
  withKeys(withHttpAddress(program.command("page")))
    .description("print a link that logs you in to the hub's page, once and within 10 minutes")
    .addHelpText(
      "after",
      "\nPaste it into the browser: as a program's argument, a list of processes would show it to others.\n" +
        "\nExample:\n  $ doorbell page | wl-copy",
    )
    .action(async (options: HttpOptions & KeyOptions) => {
      print(printable(await new HubApi(options).link()));
      remark(colors(process.stderr).dim("For one use within 10 minutes. Whoever opens it first is logged in."));
    });
}
