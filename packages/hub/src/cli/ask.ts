import { type Command, connect, formatCommand } from "@doorbell-js/doorbell/line";

import { type HubAddress, spellHub } from "./address.ts";
import { connectOptions, failureOf } from "./dial.ts";
import { Exit, Failure } from "./failure.ts";

/** A conversation with a hub: one command, one answer, of a shape if one is given. Errors of the hub are failures. */
export type Ask = (command: Command, shape?: RegExp) => Promise<string>;

/** Connects to a hub, lets `talk` ask it what it wants, and hangs up. */
export async function askHub<T>(address: HubAddress, talk: (ask: Ask) => Promise<T>): Promise<T> {
  const failed = (error: unknown): never => {
    throw failureOf(error, address);
  };
  await using client = await connect({ ...connectOptions(address), reconnect: false }).catch(failed);
  return await talk(async (command, shape = /^/) => {
    const line = await client.command(formatCommand(command)).catch(failed);
    if (!shape.test(line)) throw new Failure(Exit.Failed, noHub(address, line));
    return line;
  });
}

/** What is said of a stranger that answered `line`. */
export function noHub(address: HubAddress, line: string): string {
  const quoted = JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}...` : line);
  return `what answers at ${spellHub(address)} is no hub: it says ${quoted}`;
}
