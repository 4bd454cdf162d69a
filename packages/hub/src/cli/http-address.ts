import type { Command, Option } from "commander";

import { hostOption, spell } from "./address.ts";
import { Exit, Failure } from "./failure.ts";
import { setting } from "./settings.ts";
import { port } from "./values.ts";

/** The port at which a hub serves HTTP. */
export const HTTP_PORT = 6788;

/** Where a hub serves HTTP, as the options of a command say. */
export interface HttpOptions {
  readonly host: string;
  readonly httpPort: number;
  readonly httpUrl?: string;
}

export function httpPortOption(description: string): Option {
  return setting("--http-port <port>", description).default(HTTP_PORT).argParser(port);
}

/** Gives a command that talks to a hub by HTTP the options that say where that is. */
export function withHttpAddress(command: Command): Command {
  return withHttpPort(command.addOption(hostOption("address of the hub")));
}

/** The same where there is a host already. */
export function withHttpPort(command: Command): Command {
  return command
    .addOption(httpPortOption("its port for HTTP"))
    .addOption(setting("--http-url <url>", "reach HTTP there instead, as https://bell.example.org"));
}

/** What the addresses of its HTTP begin with. */
export function httpUrl({ host, httpPort, httpUrl: url }: HttpOptions): string {
  if (url !== undefined) {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw new Failure(Exit.Usage, "--http-url is an address of http or https, as https://bell.example.org");
    return url.replace(/\/+$/, "");
  }
  if (httpPort === 0)
    throw new Failure(
      Exit.Usage,
      "--http-port 0 is any free port, and a hub said which as it started: give that one here",
    );
  return `http://${spell({ host, port: httpPort })}`;
}
