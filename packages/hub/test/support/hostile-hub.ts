import type { Socket } from "node:net";

import { onLine, type SocketServer, startSocketServer } from "./socket-server.ts";

/** The text that no output may pass off as the watch's own line. */
const FORGED = "classified FORGED";

/** What an item can hold that would act on a terminal, hide, reorder, or begin a line of its own. */
export const hostileItems: readonly string[] = [
  "\u001b[2J\u001b[31mred",
  "\u001b]8;;http://example.invalid\u0007link\u001b]8;;\u0007",
  "\u001b]52;c;cm0gLXJmIH4=\u001b\\",
  "\u001bP+q544e\u001b\\",
  "\u001b[6n\u001b[c\u001b]0;title\u0007",
  "\u009b2J\u009d0;title\u009c\u0090q\u009c",
  `\r${FORGED} by CR`,
  `\u0085${FORGED} by NEL`,
  `\u2028${FORGED} by LS`,
  `\u2029${FORGED} by PS`,
  `\u000b${FORGED} by VT`,
  `\u000c${FORGED} by FF`,
  `\b\b\b\b${FORGED} by BS`,
  "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
  "pay\u200bpal\u2060\ufeff\u00ad\u180e",
  "tags \u{e0041}\u{e0042}\u{e007f}",
  "nul \0 and del \u007f",
  '<img src=x onerror=alert(1)> & "quotes" $(id) `id`',
  "x".repeat(16_384),
];

/** A hub that sends all of them, refuses with escapes, sends what is no line, and says goodbye with escapes. */
export function startHostileHub(): Promise<SocketServer> {
  const items = [...hostileItems];
  /** What it does in place of an answer, once each, when all items were given. */
  const tricks: ((socket: Socket) => unknown)[] = [
    (socket) => socket.write("error: \u001b[2J\u009b2J\u202e\r\n"),
    (socket) => socket.write("\u001b[2J".repeat(5_000)),
    (socket) => socket.write(Buffer.from([0x9b, 0x32, 0x4a, 0x0d, 0x0a])),
    (socket) => socket.end("\r\nerror: goodbye \u001b]0;title\u0007\u009b2J\u202e\u2028 FORGED\r\n"),
  ];
  const answer = (line: string, socket: Socket): unknown => {
    if (line === "sources") return socket.write("random classified\r\n");
    if (line === "random?") return socket.write("34\r\n");
    if (line === "notif")
      return socket.write(items.length + tricks.length > 0 ? "OK\r\nnotif: classified\r\n" : "OK\r\n");
    if (line !== "classified?") return socket.write("OK\r\n");
    // With each item comes a line that nobody asked for, and a notification of a source that could not be.
    const item = items.shift();
    if (item !== undefined) return socket.write(`${item}\r\n${FORGED} by LF\r\nnotif: \u001b[2J\r\n`);
    return (tricks.shift() ?? (() => socket.write("\r\n")))(socket);
  };
  return startSocketServer((socket) => onLine(socket, (line) => answer(line, socket)));
}
