import type { Peer } from "./peer.ts";

const channel = "random";
const payload = "x";

export const redis: Peer = {
  name: "Redis",
  program: "redis-server",
  command: (port) => [
    "redis-server",
    "--port",
    String(port),
    "--save",
    "",
    "--appendonly",
    "no",
    "--maxclients",
    "12000",
    "--tcp-backlog",
    "4096",
    "--bind",
    "127.0.0.1",
    "--protected-mode",
    "no",
  ],
  subscribe: { say: resp("SUBSCRIBE", channel), ack: ":1\r\n" },
  hello: resp("SET", channel, "456902234"),
  trigger: (items) => resp("PUBLISH", channel, payload).repeat(items),
  line: resp("message", channel, payload),
  request: { say: resp("GET", channel), answer: "$9\r\n456902234\r\n" },
};

/** An array of bulk strings, as clients send and servers push it. */
function resp(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
