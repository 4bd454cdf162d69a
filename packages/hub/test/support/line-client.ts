import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** A plain client of the line protocol, which says what it is told and gives what it hears. */
export interface LineClient extends AsyncDisposable {
  /** Sends a line and gives the next one that comes. */
  ask(line: string): Promise<string>;
  /** The next line; `undefined` once the server has closed. */
  next(): Promise<string | undefined>;
}

export async function connectLine(to: { readonly port: number } | { readonly path: string }): Promise<LineClient> {
  const socket = "path" in to ? connect(to.path) : connect(to.port, "127.0.0.1");
  await once(socket, "connect");
  socket.setTimeout(30_000, () => socket.destroy(new Error("no line in time")));
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const result = await lines.next();
    return result.done === true ? undefined : result.value;
  };
  return {
    async ask(line) {
      socket.write(`${line}\r\n`);
      return (await next()) ?? "(closed)";
    },
    next,
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
