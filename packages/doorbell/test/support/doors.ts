import { join } from "node:path";

import { newCertificate } from "@doorbell-js/test-support/certificate";
import type { Folder } from "@doorbell-js/test-support/folder";
import { opensslMissing } from "@doorbell-js/test-support/needs";

import type { LineServer } from "../../src/line/server/server.ts";
import type { Door } from "./wire.ts";

export type Kind = "tcp" | "tls" | "unix";
export const kinds: readonly Kind[] = ["tcp", "tls", "unix"];

/** What keeps a kind of door from being tested here, or `false`. */
export function missing(kind: Kind): string | false {
  return kind === "tls" && opensslMissing;
}

/** Opens a door of this kind on a free port, or in a folder of its own. */
export async function listenAt(server: LineServer, kind: Kind, folder: Folder): Promise<Door> {
  if (kind === "unix") {
    const path = join(folder.path, "line.sock");
    await server.listen({ path });
    return { path };
  }
  const address = await server.listen(kind === "tls" ? { port: 0, tls: newCertificate() } : { port: 0 });
  if (!("port" in address)) throw new Error("a port was asked for");
  return { port: address.port, tls: kind === "tls" };
}
