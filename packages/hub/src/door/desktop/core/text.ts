import { printable } from "../../../printable.ts";

/**
 * One line of anybody's text, safe to show: what acts on a display, hides or reorders text is spelled out, and the text
 * is cut after so many characters.
 */
export function shownLine(text: string, charactersMax: number): string {
  // What is cut off anyway need not be looked at: an item can be long. A surrogate without its other half is no text.
  const safe = printable(text.slice(0, 2 * charactersMax + 2)).replaceAll(/\p{Surrogate}/gu, "\ufffd");
  const characters = Array.from(safe);
  if (characters.length <= charactersMax) return safe;
  return `${characters.slice(0, charactersMax - 1).join("")}…`;
}

/** The same for several lines: what the text has after the last that is shown is left out. */
export function shownLines(text: string, charactersMax: number, linesMax: number): string {
  const lines = text.split("\n", linesMax + 1);
  const shown: string[] = [];
  let left = charactersMax;
  for (const line of lines.slice(0, linesMax)) {
    if (left <= 0) break;
    const cut = shownLine(line, left);
    left -= Array.from(cut).length;
    shown.push(cut);
  }
  if (shown.length < lines.length) shown.push("…");
  return shown.join("\n");
}

/** Text as it stands in the markup that daemons read: nothing in it is a tag or an entity. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
