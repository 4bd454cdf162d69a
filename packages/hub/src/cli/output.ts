/** What a command says: lines, remarks and colours; and how it ends: exit codes and failures. */

import { once } from "node:events";
import { createRequire } from "node:module";

import picocolors from "picocolors";

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A remark that is not the command's result. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints a line, and waits until whoever reads it has room for more. */
export async function printWhole(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

/** Colours for a stream: only where a person looks at a terminal, and does not say NO_COLOR. */
export function colors(stream: NodeJS.WriteStream): Colors {
  return picocolors.createColors(isTerminal(stream) && !process.env["NO_COLOR"]);
}

type Colors = ReturnType<typeof picocolors.createColors>;

/** Whether a person looks at it. */
export function isTerminal(stream: NodeJS.WriteStream): boolean {
  // Where it is no terminal, Node leaves it undefined.
  const is: boolean | undefined = stream.isTTY;
  return is ?? false;
}

/** How a command ends. */
export const Exit = {
  Done: 0,
  /** it was understood and could not be done */
  Failed: 1,
  /** it was not understood: a wrong option, argument or setting */
  Usage: 2,
  /** no hub could be reached */
  Unreachable: 3,
} as const;

export type Exit = (typeof Exit)[keyof typeof Exit];

/** A command's failure: one line that says what is wrong and what to do, and the exit code. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exit: Exit;

  constructor(exit: Exit, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

/** The package's version. */
export const version: string = (createRequire(import.meta.url)("@doorbell-js/hub/package.json") as { version: string })
  .version;
