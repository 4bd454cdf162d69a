import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** Something that listens at a port and answers each line as a script says: a hub's stand-in, or a stranger. */
export interface ScriptedHub extends AsyncDisposable {
  readonly port: number;
}

export async function startScriptedHub(script: {
  /** What to send when a line comes. */
  readonly answer?: (line: string, socket: Socket) => string;
  /** What to send unasked. */
  readonly greeting?: string;
}): Promise<ScriptedHub> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    if (script.greeting !== undefined) socket.write(script.greeting);
    let rest = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) socket.write(script.answer?.(line, socket) ?? "");
    });
  });
  server.listen(0, "127.0.0.1");
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
