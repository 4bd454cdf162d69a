/** What a command says and asks: lines, remarks, colours and a question; and how it ends: exit codes and failures. */

import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import type { Command } from "commander";
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

/**
 * Asks a person at a terminal whether to end something for good; where there is none, or with --yes, it goes on.
 *
 * @param question names what ends, and how much of it
 * @throws Failure if the answer is anything but yes
 */
export async function confirm(question: string, { yes }: YesOption): Promise<void> {
  if (yes === true || !isTerminal(process.stdin) || !isTerminal(process.stderr)) return;
  process.stderr.write(`${question} [y/N] `);
  // The terminal stays as it is, so that Ctrl-C ends the command.
  const lines = createInterface({ input: process.stdin, terminal: false });
  let answer = "";
  for await (const line of lines) {
    answer = line.trim().toLowerCase();
    break;
  }
  // Else the terminal would keep the process.
  lines.close();
  if (answer !== "y" && answer !== "yes") throw new Failure(Exit.Failed, "nothing was changed");
}

/** The answer that a person gives to a question before it is asked. */
export interface YesOption {
  readonly yes?: boolean;
}

/** Gives a command the option that skips its question. */
export function withYes(command: Command): Command {
  return command.option("-y, --yes", "ask nothing at a terminal");
}

/** Colours for a stream: only where a person looks at a terminal, and does not say NO_COLOR. */
export function colors(stream: NodeJS.WriteStream): Colors {
  return picocolors.createColors(isTerminal(stream) && !process.env["NO_COLOR"]);
}

type Colors = ReturnType<typeof picocolors.createColors>;

/** Tells whether a person is at it. */
export function isTerminal(stream: NodeJS.ReadStream | NodeJS.WriteStream): boolean {
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
