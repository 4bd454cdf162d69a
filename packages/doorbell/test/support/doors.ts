import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { LineServer } from "../../src/line/server/server.ts";
import type { Door } from "./wire.ts";

/** A folder of its own that goes away with its user. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "doorbell-"));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Why there is no certificate here, or `false`: for a test's `skip`. */
export const noOpenssl: string | false =
  spawnSync("openssl", ["version"]).status === 0 ? false : "needs the openssl command (package openssl)";

/** A key and a certificate for localhost, good for two days and made for this run only. */
export function makeCertificate(): Certificate {
  using folder = new Folder();
  const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
  const { status, stderr } = spawnSync(
    "openssl",
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost
     -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ${key} -out ${cert}`.split(/\s+/),
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

export type Kind = "tcp" | "tls" | "unix";
export const kinds: readonly Kind[] = ["tcp", "tls", "unix"];

/** What keeps a kind of door from being tested here, or `false`. */
export function missing(kind: Kind): string | false {
  return kind === "tls" && noOpenssl;
}

/** Opens a door of this kind on a free port, or in a folder of its own. */
export async function listenAt(server: LineServer, kind: Kind, folder: Folder): Promise<Door> {
  if (kind === "unix") {
    const path = join(folder.path, "line.sock");
    await server.listen({ path });
    return { path };
  }
  const address = await server.listen(kind === "tls" ? { port: 0, tls: makeCertificate() } : { port: 0 });
  if (!("port" in address)) throw new Error("a port was asked for");
  return { port: address.port, tls: kind === "tls" };
}
