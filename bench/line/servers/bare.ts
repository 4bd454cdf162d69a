/**
 * The limit: what `node:net` alone can do, `node bare.js PORT ITEMS`. It looks at the first byte of a chunk to know what
 * is asked, compares each request with the only one it knows, keeps no state but a list of sockets, and has every answer
 * ready in a buffer. It trusts its clients: no limit, no half line, no item that changes. The same bytes cross the wire
 * as with ours.
 */
import { createServer, type Socket } from "node:net";

import { number } from "./answer.ts";

const [port, items] = process.argv.slice(2).map(Number) as [number, number];
/** The most requests in one chunk: libuv reads 64 KiB at a time. */
const REQUESTS_MAX = 8_192;

const ok = Buffer.from("OK\r\n");
const notifications = Buffer.from("notif: random\r\n".repeat(items));
const request = Buffer.from("random?\r\n");
const answer = `${number}\r\n`;
const answers = Buffer.from(answer.repeat(REQUESTS_MAX));
const subscribed: Socket[] = [];

const NOTIF = "n".charCodeAt(0);
const POST = "p".charCodeAt(0);

function onData(this: Socket, chunk: Buffer): void {
  switch (chunk[0]) {
    case NOTIF:
      subscribed.push(this);
      this.write(ok);
      break;
    case POST:
      this.write(ok);
      for (const socket of subscribed) socket.write(notifications);
      break;
    default:
      this.write(answers.subarray(0, countRequests(chunk) * answer.length));
  }
}

function countRequests(chunk: Buffer): number {
  let count = 0;
  for (let at = 0; at < chunk.length; at += request.length) {
    for (let index = 0; index < request.length; index += 1) if (chunk[at + index] !== request[index]) return count;
    count += 1;
  }
  return count;
}

function onError(): void {
  // The load client closes by reset.
}

createServer({ noDelay: true }, (socket) => {
  socket.on("data", onData);
  socket.on("error", onError);
}).listen({ port, host: "127.0.0.1", backlog: 4_096 });
