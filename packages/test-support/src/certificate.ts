import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { type Folder, newFolder } from "./folder.ts";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a key and a certificate for localhost and 127.0.0.1 that it signs itself, good for two days. Gives the text of both. */
export function newCertificate(): Certificate {
  using folder = newFolder();
  const { cert, key } = newCertificateFiles(folder);
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** Makes such a key and certificate in a folder. Gives the paths of both. */
export function newCertificateFiles(folder: Folder): Certificate {
  const cert = folder.file("cert.pem");
  const key = folder.file("key.pem");
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const args = ["req", ...kind, "-keyout", key, "-out", cert, ...names];
  const { status, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl made no certificate: ${error?.message ?? stderr}`);
  return { cert, key };
}
