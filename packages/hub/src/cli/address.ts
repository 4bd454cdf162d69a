import { DEFAULT_PORT } from "@doorbell-js/doorbell/line";
import { type Command, Option } from "commander";

import { setting } from "./settings.ts";
import { port } from "./values.ts";

/** Where a hub is, as the options of a command say. */
export interface HubAddress {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tls?: boolean;
  readonly ca?: string;
}

export function hostOption(description: string): Option {
  return setting("--host <host>", description).default("127.0.0.1");
}

export function portOption(description: string): Option {
  return setting("--port <port>", description).default(DEFAULT_PORT).argParser(port);
}

/** Gives a command that talks to a hub the options that say where it is. */
export function withHubAddress(command: Command): Command {
  return command
    .addOption(hostOption("address of the hub"))
    .addOption(portOption("its port"))
    .addOption(setting("--socket <path>", "reach it by its Unix socket instead"))
    .addOption(setting("--tls", "reach it by TLS (name its TLS port with --port)"))
    .addOption(
      setting("--ca <file>", "certificate that the hub's own is signed with, when the system does not know it"),
    );
}

/** How an address is written for a person. */
export function spell(
  address: { readonly host: string; readonly port: number; readonly tls?: boolean } | { readonly path: string },
): string {
  if ("path" in address) return address.path;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}${address.tls === true ? " (TLS)" : ""}`;
}

export function spellHub({ socket, ...address }: HubAddress): string {
  return spell(socket === undefined ? address : { path: socket });
}
