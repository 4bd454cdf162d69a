import type { Page } from "./inbox.ts";
import type { Item } from "./item.ts";

/** The longest page, in bytes of JSON. */
export const PAGE_BYTES_MAX = 262_144;

/** An item as one line of JSON, the same wherever it is shown; at most 16,384 bytes, as a line of the line protocol. */
export function itemLine({ sequence, id, at, bell, title, text, priority, tags, click }: Item): string {
  return JSON.stringify({
    sequence,
    id,
    at: new Date(at).toISOString(),
    bell: { id: bell.id, label: bell.label },
    ...(title !== undefined && { title }),
    text,
    priority,
    ...(tags.length > 0 && { tags }),
    ...(click !== undefined && { click }),
  });
}

/** A page as JSON, of as many items as fit; of those that do not, `more` tells. */
export function pageJson({ items, more, newest, oldest }: Page): string {
  const numbers = `"newest":${newest},"oldest":${oldest}}`;
  let bytes = '{"items":[],"more":false,'.length + numbers.length;
  const lines: string[] = [];
  for (const item of items) {
    const line = itemLine(item);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > PAGE_BYTES_MAX) break;
    lines.push(line);
  }
  return `{"items":[${lines.join()}],"more":${more || lines.length < items.length},${numbers}`;
}
