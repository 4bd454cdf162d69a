import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A server whose lines the test types, as a person does at `nc -C -l 6789`. It takes one connection. */
export interface ByHand extends AsyncDisposable {
  readonly port: number;
  /** Waits for the next line of the client, which must be this one. */
  hears(line: string): Promise<void>;
  /** Sends lines, all in one write. */
  says(...lines: string[]): void;
  /** Ends the connection. */
  hangsUp(): void;
}

export async function serveByHand(): Promise<ByHand> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const connected = once(server, "connection").then(([socket]) => {
    socket.on("error", () => {});
    server.close();
    return socket as Socket;
  });
  const socketLines = connected.then((socket) => createInterface(socket)[Symbol.asyncIterator]());
  let socket: Socket | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    async hears(line) {
      const late = AbortSignal.timeout(30_000);
      socket = await connected;
      const next = (await socketLines).next();
      const heard = await Promise.race([
        next,
        once(late, "abort").then(() => ({ done: false, value: "(nothing in time)" })),
      ]);
      assert.equal(heard.done === true ? "(it hung up)" : heard.value, line);
    },
    says(...lines) {
      socket?.write(lines.map((line) => `${line}\r\n`).join(""));
    },
    hangsUp() {
      socket?.end();
    },
    async [Symbol.asyncDispose]() {
      socket?.destroy();
      if (server.listening) server.close();
    },
  };
}
