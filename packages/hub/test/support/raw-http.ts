import { connect } from "node:net";

import { within } from "@doorbell-js/test-support/until";

/** Sends bytes as they are, and gives all that comes back until the other side closes. */
export async function rawHttp(
  port: number,
  bytes: string | Uint8Array | readonly (string | Uint8Array)[],
  { end = true, deadlineMs = 10_000 }: { readonly end?: boolean; readonly deadlineMs?: number } = {},
): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let heard = "";
  socket.setEncoding("latin1").on("data", (text: string) => (heard += text));
  const closed = new Promise<string>((resolve) => {
    socket.on("error", () => resolve(heard));
    socket.on("end", () => resolve(heard));
    socket.on("close", () => resolve(heard));
  });
  try {
    for (const part of Array.isArray(bytes) ? (bytes as readonly (string | Uint8Array)[]) : [bytes as string]) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (end) socket.end();
    return await within("the end of the answer", closed, deadlineMs);
  } finally {
    socket.destroy();
  }
}
