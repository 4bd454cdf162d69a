import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";

const library = new URL("../../../src/line/index.js", import.meta.url).href;

/** A program that only listens, and whose server goes away. Gives how many connections it made before it ended or was ended. */
async function connectionsOf(options: object): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const program = `import { connect } from ${JSON.stringify(library)}; await connect(${JSON.stringify({ port, ...options })});`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
  let connections = 0;
  const ended = once(child, "exit");
  server.on("connection", (socket: Socket) => {
    connections += 1;
    socket.on("error", () => {});
    if (connections < 3) socket.destroy();
    else child.kill();
    child.once("exit", () => socket.destroy());
  });
  try {
    await ended;
  } finally {
    server.close();
  }
  return connections;
}

test("a program that waits to connect anew does not end", async () => {
  assert.equal(await connectionsOf({ backoffMs: 200 }), 3);
});

test("one that does not connect anew ends when its connection does", async () => {
  assert.equal(await connectionsOf({ reconnect: false }), 1);
});
