import { spawnSync } from "node:child_process";

/** Why a test that needs a program is skipped here, or `false` when nothing is missing. */
type Missing = string | false;

function works(command: string, args: readonly string[], expected = ""): boolean {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return error === undefined && (expected === "" ? status === 0 : `${stdout}${stderr}`.includes(expected));
}

/** netcat with -C: lines end in CRLF. */
export const netcatMissing: Missing = works("nc", ["-h"], "Send CRLF")
  ? false
  : "needs nc with -C: the package netcat-openbsd brings it";

/** The interpreter that distribution packages are for; one further ahead in the PATH may not see them. */
export const python = "/usr/bin/python3";

export const twistedMissing: Missing = works(python, ["-c", "import twisted"])
  ? false
  : "needs Twisted for /usr/bin/python3: the package python3-twisted brings it";

export const opensslMissing: Missing = works("openssl", ["version"])
  ? false
  : "needs openssl to make a certificate: the package openssl brings it";

export const scriptMissing: Missing = works("script", ["--version"])
  ? false
  : "needs script for a terminal: the package bsdutils brings it";

export const dbusMissing: Missing = works("dbus-daemon", ["--version"])
  ? false
  : "needs dbus-daemon for a bus of its own: the package dbus brings it";

export const namespaceMissing: Missing =
  works("unshare", ["--net", "--mount", "true"]) &&
  works("nsenter", ["-V"]) &&
  works("ip", ["-V"]) &&
  works("ps", ["-V"])
    ? false
    : "needs root, and unshare, nsenter, ip and ps for a network of its own: the packages util-linux, iproute2 and procps bring them";

export const networkManagerMissing: Missing = works("NetworkManager", ["--version"])
  ? namespaceMissing || dbusMissing
  : "needs NetworkManager: the package network-manager brings it";

export const dbusmockMissing: Missing = works(python, ["-c", "import dbusmock"])
  ? dbusMissing
  : "needs dbusmock for /usr/bin/python3: the package python3-dbusmock brings it";
