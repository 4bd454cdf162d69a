import type { Item } from "../../src/page/core/api.ts";

/** An item as the hub sends it to the page. */
export function item(sequence: number, more: Partial<Item> = {}): Item {
  const at = new Date(Date.UTC(2026, 10, 28, 5) + sequence * 1_000).toISOString();
  return { sequence, id: `id${sequence}`, at, bell: { id: 1, label: "backup" }, text: `text ${sequence}`, ...more };
}

/** The same as an event. */
export function itemEvent(sequence: number, more: Partial<Item> = {}): string {
  return `id: ${sequence}\nevent: item\ndata: ${JSON.stringify(item(sequence, more))}\n\n`;
}
