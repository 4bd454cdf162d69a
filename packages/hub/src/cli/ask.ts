import { type Command, formatCommand, LineSplitter, parseReply } from "@doorbell-js/doorbell/line";
import type { Socket } from "node:net";
import { type HubAddress, spellHub } from "./address.ts";
import { dial, unreachable } from "./dial.ts";
import { Exit, Failure } from "./failure.ts";

/** How long a hub may take to accept a connection and answer, or to answer one more command. */
const DEADLINE_MS = 5_000;

/** A conversation with a hub: one command, one answer, of a shape if one is given. Errors of the hub are failures. */
export type Ask = (command: Command, shape?: RegExp) => Promise<string>;

/** Connects to a hub, lets `talk` ask it what it wants, and hangs up. */
export async function askHub<T>(address: HubAddress, talk: (ask: Ask) => Promise<T>): Promise<T> {
  const socket = dial(address);
  try {
    const lines = linesOf(socket, address);
    return await talk(async (command, shape = /^/) => {
      socket.write(`${formatCommand(command)}\r\n`);
      const line = await lines();
      const reply = parseReply(line);
      if (reply.kind === "error") throw new Failure(Exit.Failed, `the hub answered: ${reply.message}`);
      if (!shape.test(line)) throw new Failure(Exit.Failed, `what answers at ${spellHub(address)} is no hub: it says ${quote(line)}`);
      return line;
    });
  } finally {
    socket.destroy();
  }
}

function quote(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}...` : line);
}

interface Waiter {
  resolve(line: string): void;
  reject(failure: Failure): void;
}

/** Gives a function that resolves with the socket's next line. It is for one waiter at a time. */
function linesOf(socket: Socket, address: HubAddress): () => Promise<string> {
  const splitter = new LineSplitter();
  const where = spellHub(address);
  const come: string[] = [];
  let waiter: Waiter | undefined;
  let failure: Failure | undefined;
  const fail = (exit: Exit, message: string, cause?: Error): void => {
    failure ??= new Failure(exit, message, { cause });
    waiter?.reject(failure);
  };
  socket.on("error", (cause) => fail(Exit.Unreachable, unreachable(cause, address), cause));
  socket.on("close", () => fail(Exit.Unreachable, `what listens at ${where} closed the connection: is it a hub?`));
  socket.on("data", (chunk: Buffer) => {
    splitter.push(chunk);
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
      if (typeof line !== "string") fail(Exit.Failed, `what answers at ${where} is no hub: ${line.message}`);
      else if (waiter === undefined) come.push(line);
      else waiter.resolve(line);
    }
  });
  return async () => {
    const line = come.shift();
    if (line !== undefined) return line;
    if (failure !== undefined) throw failure;
    const late = setTimeout(() => fail(Exit.Unreachable, `what listens at ${where} does not answer: is it a hub?`), DEADLINE_MS);
    try {
      return await new Promise((resolve, reject) => {
        waiter = {
          resolve(text) {
            waiter = undefined;
            resolve(text);
          },
          reject,
        };
      });
    } finally {
      clearTimeout(late);
    }
  };
}
