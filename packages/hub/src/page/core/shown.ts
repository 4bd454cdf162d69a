import { printable } from "../../printable.ts";

/** One line that others wrote: what hides or reorders text is spelled out. */
export function shownLine(text: string): string {
  return printable(text);
}

/** The same of a text of several lines. */
export function shownText(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part) => (part === "\n" || part === "\t" ? part : printable(part)))
    .join("");
}
