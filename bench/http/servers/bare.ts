/**
 * The limit: what `node:http` alone can do, `node bare.js PORT`. A ring is read and answered with bytes that are ready, and kept
 * nowhere; a reader is a response in a list, and an event is written to each from one buffer. The same bytes cross the
 * wire as with ours.
 */
import { createServer, type ServerResponse } from "node:http";

import { answer, event, headers, quiet, ready, sequence } from "../run/bytes.ts";

const [port] = process.argv.slice(2).map(Number) as [number];
const readers: ServerResponse[] = [];
const due = Buffer.from(event(sequence));
const body = Buffer.from(answer);

// Connections are held while others are measured.
createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  if (request.url === "/v1/events" || request.url === quiet) {
    response.removeHeader("transfer-encoding");
    response.shouldKeepAlive = false;
    response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    response.write(ready(sequence));
    if (request.url !== quiet) readers.push(response);
    return;
  }
  request.resume();
  request.on("end", () => {
    if (request.method === "POST") for (const reader of readers) reader.write(due);
    response
      .writeHead(200, { ...headers, "content-type": "application/json", "content-length": body.length })
      .end(body);
  });
}).listen({ port, host: "127.0.0.1", backlog: 4_096 });
