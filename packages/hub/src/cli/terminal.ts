import picocolors from "picocolors";

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * What others sent, safe to show: control characters, which a terminal would act on, and characters that hide or
 * reorder text are spelled out. (Joiners are left alone: emoji and several scripts need them.)
 */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream: only where a person looks at a terminal, and does not say NO_COLOR. */
export function colors(stream: NodeJS.WriteStream): Colors {
  return picocolors.createColors(stream.isTTY === true && !process.env["NO_COLOR"]);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A remark that is not the command's result. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}
