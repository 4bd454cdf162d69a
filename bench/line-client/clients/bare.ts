/**
 * The limit: the protocol by hand over `node:net`, `node bare.js lines|count`. `lines` cuts the stream into lines and
 * looks at each; `count` only counts line ends. No promise, no deadline, no limit; it trusts its server.
 */
import { connect, type Socket } from "node:net";

import { type Job, type Running, serveJobs } from "./job.ts";

const countsOnly = process.argv[2] === "count";
const LF = 10;

/** What each figure does with a line. */
const does: Readonly<Record<Job["figure"], (socket: Socket, counted: () => void) => (line: string) => void>> = {
  requests: (socket, counted) => (line) => {
    if (Number(line) > 0) counted();
    socket.write("random?\r\n");
  },
  items: (socket, counted) => {
    let leaving = false;
    return (line) => {
      if (line === "notif: classified") {
        leaving = true;
        socket.write("stop_notif\r\n");
      } else if (line !== "OK") {
        counted();
        socket.write("notif\r\n");
      } else if (leaving) {
        leaving = false;
        socket.write("classified?\r\n");
      }
    };
  },
  notifications: (_socket, counted) => (line) => {
    if (line === "notif: random") counted();
  },
};

await serveJobs(async (job) => {
  let count = 0;
  const counted = (): void => void (count += 1);
  const sockets = await Promise.all(Array.from({ length: job.connections }, () => open(job, counted)));
  return {
    get count() {
      return count;
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  } satisfies Running;
});

async function open({ port, figure }: Job, counted: () => void): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.on("error", () => {});
  if (countsOnly) socket.on("data", (chunk) => countLines(chunk, counted));
  else readLines(socket, does[figure](socket, counted));
  socket.write(figure === "requests" ? "random?\r\n" : "notif\r\n");
  return socket;
}

function readLines(socket: Socket, take: (line: string) => void): void {
  let partial = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    const text = partial + chunk;
    let at = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", at)) {
      take(text.slice(at, text.charCodeAt(end - 1) === 13 ? end - 1 : end));
      at = end + 1;
    }
    partial = text.slice(at);
  });
}

function countLines(chunk: Buffer, counted: () => void): void {
  for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, end + 1)) counted();
}
