import { createHash } from "node:crypto";

import type { Priority, Publication } from "./item.ts";
import { type RefusalCode, RefusedError } from "./refusal.ts";
import { checkText, kindOf } from "./text.ts";

export const TEXT_BYTES_MAX = 4_096;
export const TITLE_BYTES_MAX = 250;
export const TAGS_MAX = 8;
export const TAG_BYTES_MAX = 64;
export const CLICK_BYTES_MAX = 2_048;

/** A publication with nothing left open. */
export interface CheckedPublication extends Publication {
  readonly priority: Priority;
  readonly tags: readonly string[];
}

const item = { code: "InvalidItem", codeOfLength: "TooLarge" } as const satisfies Record<string, RefusalCode>;

/**
 * What was said as it is stored: line ends are \n, an empty title or click is none, and what was left out is the default.
 *
 * @throws RefusedError `TooLarge` or `InvalidItem`, which say what was wrong and where
 */
export function checkPublication(said: Publication): CheckedPublication {
  if (typeof said !== "object" || said === null) throw invalid(`a publication is an object, not ${kindOf(said)}`);
  const text: unknown = typeof said.text === "string" ? said.text.replaceAll("\r\n", "\n") : said.text;
  checkText(text, { what: "text", bytesMax: TEXT_BYTES_MAX, lines: true, ...item });
  const { title = "", priority = 3, tags = [], click = "" } = said;
  checkText(title, { what: "title", bytesMax: TITLE_BYTES_MAX, ...item });
  if (![1, 2, 3, 4, 5].includes(priority))
    throw invalid(
      `priority is 1, 2, 3, 4 or 5, not ${typeof priority === "number" ? String(priority) : kindOf(priority)}`,
    );
  checkTags(tags);
  checkClick(click);
  return { text, ...(title !== "" && { title }), priority, tags: [...tags], ...(click !== "" && { click }) };
}

function checkTags(tags: unknown): void {
  if (!Array.isArray(tags)) throw invalid(`tags are a list of texts, not ${kindOf(tags)}`);
  if (tags.length > TAGS_MAX)
    throw new RefusedError({
      code: "TooLarge",
      message: `an item has at most ${TAGS_MAX} tags, this one ${tags.length}`,
    });
  for (const [index, tag] of tags.entries())
    checkText(tag, { what: `tag ${index + 1}`, bytesMin: 1, bytesMax: TAG_BYTES_MAX, ...item });
}

/** Only what a browser opens without running anything. */
const schemes: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

function checkClick(click: unknown): void {
  if (click === "") return;
  checkText(click, { what: "click", bytesMax: CLICK_BYTES_MAX, ...item });
  // A URL's parser would take blanks away, and what is stored is not what was looked at.
  if (/\s/u.test(click)) throw invalid("click is an address without blanks: write %20");
  let scheme: string;
  try {
    scheme = new URL(click).protocol;
  } catch {
    throw invalid("click is a whole address, as https://example.org/");
  }
  if (!schemes.has(scheme)) throw invalid("click is an address of http, https or mailto");
}

function invalid(message: string): RefusedError {
  return new RefusedError({ code: "InvalidItem", message });
}

/** SHA-256 of what was said, by which a repeat is told from another ring under the same idempotency key. */
export function hashOfPublication({ text, title, priority, tags, click }: CheckedPublication): Uint8Array {
  return createHash("sha256")
    .update(JSON.stringify([text, title ?? null, priority, tags, click ?? null]))
    .digest();
}
