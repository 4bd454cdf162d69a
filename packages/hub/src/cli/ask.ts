import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Command, formatCommand, LineSplitter, parseReply } from "@doorbell-js/doorbell/line";
import { type HubAddress, spellHub } from "./address.ts";
import { Exit, Failure } from "./failure.ts";

/** How long a hub may take to accept a connection, or to answer one command. */
const DEADLINE_MS = 5_000;

/** A conversation with a hub: one command, one answer. Errors of the hub are failures. */
export type Ask = (command: Command) => Promise<string>;

/** Connects to a hub, lets `talk` ask it what it wants, and hangs up. */
export async function askHub<T>(address: HubAddress, talk: (ask: Ask) => Promise<T>): Promise<T> {
  const socket = dial(address);
  try {
    const lines = linesOf(socket, address);
    return await talk(async (command) => {
      socket.write(`${formatCommand(command)}\r\n`);
      return answerIn(await lines());
    });
  } finally {
    socket.destroy();
  }
}

function dial({ host, port, socket, tls, ca }: HubAddress): Socket {
  if (socket !== undefined) return connect(socket);
  if (tls !== true) return connect(port, host);
  return connectTls({ host, port, servername: host, ...(ca === undefined ? {} : { ca: certificate(ca) }) });
}

function certificate(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(Exit.Usage, `--ca: ${(error as Error).message}`);
  }
}

function answerIn(line: string): string {
  const reply = parseReply(line);
  if (reply.kind === "error") throw new Failure(Exit.Failed, `the hub answered: ${reply.message}`);
  return line;
}

/** Gives a function that resolves with the socket's next line. It is for one waiter at a time. */
function linesOf(socket: Socket, address: HubAddress): () => Promise<string> {
  const splitter = new LineSplitter();
  let resolve: ((line: string) => void) | undefined;
  let reject: ((failure: Failure) => void) | undefined;
  let failure: Failure | undefined;
  const fail = (exit: Exit, message: string, cause?: Error): void => {
    failure ??= new Failure(exit, message, { cause });
    reject?.(failure);
  };
  const where = spellHub(address);
  socket.setTimeout(DEADLINE_MS, () => fail(Exit.Unreachable, `the hub at ${where} does not answer: is it a hub?`));
  socket.on("error", (cause) => fail(Exit.Unreachable, unreachable(cause, where), cause));
  socket.on("close", () => fail(Exit.Unreachable, `the hub at ${where} closed the connection`));
  socket.on("data", (chunk: Buffer) => {
    splitter.push(chunk);
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
      if (typeof line === "string") resolve?.(line);
      else fail(Exit.Failed, `what answers at ${where} is no hub: ${line.message}`);
    }
  });
  return () =>
    new Promise((resolved, rejected) => {
      resolve = resolved;
      reject = rejected;
      if (failure !== undefined) rejected(failure);
    });
}

function unreachable(cause: NodeJS.ErrnoException, where: string): string {
  switch (cause.code) {
    case "ECONNREFUSED":
    case "ENOENT":
      return `no hub answers at ${where}: start one with "doorbell serve", or say where it is with --host, --port or --socket`;
    case "EACCES":
      return `the socket ${where} belongs to another user`;
    case "ENOTFOUND":
      return `no address is known for ${where}: is --host right?`;
    default:
      return `the hub at ${where} cannot be reached: ${cause.message}`;
  }
}
