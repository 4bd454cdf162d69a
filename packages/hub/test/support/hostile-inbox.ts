import { hostileItems } from "./hostile-hub.ts";
import { startScriptedHub } from "./scripted-hub.ts";
import type { SocketServer } from "./socket-server.ts";

/** Items of an inbox in which every text is hostile, and lines that are no items. */
export const hostileInboxItems: readonly string[] = hostileItems
  .map((text) => text.slice(0, 1_000))
  .flatMap((text, index) => [
    JSON.stringify({
      sequence: index + 1,
      id: text,
      at: text,
      bell: { id: 1, label: text },
      title: text,
      text: `${text}\nFORGED by LF`,
      priority: 5,
      tags: [text],
      click: `https://example.org/${text}`,
    }),
    text,
  ]);

/** A hub whose inbox has nothing else; the last is of a plain text. */
export function startHostileInbox(): Promise<SocketServer> {
  const items = [...hostileInboxItems, JSON.stringify({ sequence: 999, bell: { id: 1, label: "b" }, text: "the end" })];
  return startScriptedHub({
    answer(line) {
      if (line === "sources") return "random classified inbox\r\n";
      if (line === "inbox?") return `${items.shift() ?? ""}\r\n`;
      if (line === "notif") return items.length > 0 ? "OK\r\nnotif: inbox\r\n" : "OK\r\n";
      return "OK\r\n";
    },
  });
}
