import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";

const library = new URL("../../../src/line/index.js", import.meta.url).href;

/**
 * Follows a board whose server breaks the stream in answer to one command of its first session, and serves the item in
 * the second one. In a process of its own: a client that goes round in circles would never let the test end it.
 */
async function itemAfter(broken: "stop_notif" | "classified?" | "notif", bytes: Buffer): Promise<string> {
  let sessions = 0;
  const server = createServer((socket) => {
    const session = (sessions += 1);
    const items = ["Nice appart in the 11e.", ...(session === 1 ? [] : ["end"])];
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\r\n").slice(0, -1)) {
        const all = items.length === 0;
        if (session === 1 && line === broken && (broken !== "notif" || all)) socket.write(bytes);
        else if (line === "classified?") socket.write(`${items.shift() ?? ""}\r\n`);
        else socket.write(line === "notif" && !all ? "OK\r\nnotif: classified\r\n" : "OK\r\n");
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const program = `
    import { connect } from ${JSON.stringify(library)};
    const client = await connect({ port: ${port}, backoffMs: 10 });
    for await (const item of client.items("classified")) {
      console.log(item);
      if (item === "end") break;
    }
    await client.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  try {
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    assert.deepEqual({ code, signal }, { code: 0, signal: null });
    return printed;
  } finally {
    server.close();
  }
}

for (const command of ["stop_notif", "classified?", "notif"] as const)
  for (const [what, bytes] of [
    ["a line that is too long", Buffer.alloc(20_000, "x")],
    ["a line that is not UTF-8", Buffer.from([0x9b, 0x0d, 0x0a])],
  ] as const)
    test(`${what} in answer to "${command}": the client connects anew, and the item arrives once`, async () => {
      assert.equal(await itemAfter(command, bytes), "Nice appart in the 11e.\nend\n");
    });
