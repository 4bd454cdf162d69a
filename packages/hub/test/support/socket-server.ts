import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** What listens at a port until it is disposed of, and with it every connection. */
export interface SocketServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens at any free port of loopback. */
export async function startSocketServer(connected: (socket: Socket) => void): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    connected(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Hands on each line that comes, without its end. */
export function onLine(socket: Socket, line: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\r\n");
    rest = lines.pop() ?? "";
    for (const each of lines) line(each);
  });
}
