/**
 * A server that is never what is waited for: `node feeder.js PORT items|flood`. It answers from prepared buffers, and in
 * notification mode there is always something new: with `items` it is announced at once, and then waits to be fetched;
 * with `flood` notifications are sent as fast as they are taken.
 */
import { createServer, type Socket } from "node:net";

import { number } from "../../line/servers/answer.ts";

const [port, what] = process.argv.slice(2);
const flood = what === "flood";
/** Close to what libuv reads at once. */
const NOTIFICATIONS_PER_WRITE = 4_096;

const ok = Buffer.from("OK\r\n");
const entered = Buffer.from("OK\r\nnotif: classified\r\n");
const answer = Buffer.from(`${number}\r\n`);
const notifications = Buffer.from("notif: random\r\n".repeat(NOTIFICATIONS_PER_WRITE));

const [RANDOM, CLASSIFIED, NOTIF] = Buffer.from("rcn");
let ads = 0;

function onData(this: Socket, chunk: Buffer): void {
  switch (chunk[0]) {
    case RANDOM:
      this.write(answer);
      break;
    case CLASSIFIED:
      this.write(`Nice appart in the 11e, no. ${(ads += 1)}.\r\n`);
      break;
    case NOTIF:
      this.write(flood ? ok : entered);
      if (flood) pour(this);
      break;
    default:
      this.write(ok);
  }
}

function pour(socket: Socket): void {
  if (socket.destroyed) return;
  while (socket.write(notifications));
  socket.once("drain", () => pour(socket));
}

createServer({ noDelay: true }, (socket) => {
  socket.on("data", onData);
  // Clients close by reset.
  socket.on("error", () => {});
}).listen(Number(port), "127.0.0.1");
