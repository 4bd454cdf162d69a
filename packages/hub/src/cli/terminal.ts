import { once } from "node:events";

import picocolors from "picocolors";

export { printable, printableJson } from "../printable.ts";

type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream: only where a person looks at a terminal, and does not say NO_COLOR. */
export function colors(stream: NodeJS.WriteStream): Colors {
  return picocolors.createColors(isTerminal(stream) && !process.env["NO_COLOR"]);
}

/** Whether a person looks at it. */
export function isTerminal(stream: NodeJS.WriteStream): boolean {
  // Where it is no terminal, Node leaves it undefined.
  const is: boolean | undefined = stream.isTTY;
  return is ?? false;
}

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
