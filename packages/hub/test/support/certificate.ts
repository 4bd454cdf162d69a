import { execFileSync } from "node:child_process";

import type { Folder } from "./folder.ts";

/** A certificate for localhost and 127.0.0.1 that is signed by itself, and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export function newCertificate(folder: Folder): Certificate {
  const cert = folder.file("cert.pem");
  const key = folder.file("key.pem");
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", cert, ...names], { stdio: "ignore" });
  return { cert, key };
}
