import { type Missing, python, works } from "@doorbell-js/test-support/needs";

/** netcat with -C: lines end in CRLF. */
export const netcatMissing: Missing = works("nc", ["-h"], "Send CRLF")
  ? false
  : "needs nc with -C: the package netcat-openbsd brings it";

export const curlMissing: Missing = works("curl", ["--version"]) ? false : "needs curl: the package curl brings it";

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

/** A screen that nobody sees, a notification daemon on it, and what looks at it and clicks. */
export function desktopMissing(daemon: "dunst" | "notification-daemon"): Missing {
  const programs: readonly (readonly [name: string, brings: string])[] = [
    ["dbus-daemon", "dbus"],
    ["Xvfb", "xvfb"],
    ["xdotool", "xdotool"],
    ["notify-send", "libnotify-bin"],
    daemon === "dunst"
      ? ["dunst", "dunst"]
      : ["/usr/lib/notification-daemon/notification-daemon", "notification-daemon"],
  ];
  const missing = programs.filter(([name]) => !works("sh", ["-c", 'command -v "$0"', name]));
  if (missing.length === 0) return false;
  const [names, packages] = [missing.map(([name]) => name), missing.map(([, brings]) => brings)];
  return `needs ${names.join(", ")}: the packages ${packages.join(", ")} bring them`;
}

export const notifySendMissing: Missing = works("notify-send", ["--version"])
  ? false
  : "needs notify-send: the package libnotify-bin brings it";

export const systemdMissing: Missing = works("systemd-analyze", ["--version"])
  ? false
  : "needs systemd-analyze to read a unit: the package systemd brings it";

export const gccMissing: Missing = works("gcc", ["--version"])
  ? false
  : "needs gcc to build a disk that fails: the package gcc brings it";

export const straceMissing: Missing = works("strace", ["-V"])
  ? false
  : "needs strace to see what is synced: the package strace brings it";

/** Where distribution packages put the browser. */
export const chromium = "/usr/bin/chromium";

export const chromiumMissing: Missing = works(chromium, ["--version"])
  ? false
  : "needs a browser: the package chromium brings it";

/** Another, where they put it. */
export const firefox = "/usr/bin/firefox-esr";

export const firefoxMissing: Missing = works(firefox, ["--version"])
  ? false
  : "needs another browser: the package firefox-esr brings it";
