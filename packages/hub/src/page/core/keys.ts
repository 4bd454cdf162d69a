/** What a key can do. */
export type Action = "search" | "items" | "bells" | "newBell" | "next" | "previous" | "open" | "help";

/** Every shortcut, by its key, and what the page says of it. */
export const SHORTCUTS: readonly { readonly key: string; readonly action: Action; readonly says: string }[] = [
  { key: "/", action: "search", says: "Search" },
  { key: "j", action: "next", says: "Next item" },
  { key: "k", action: "previous", says: "Previous item" },
  { key: "o", action: "open", says: "Open the item’s link" },
  { key: "i", action: "items", says: "Items of the inbox" },
  { key: "b", action: "bells", says: "Bells of the inbox" },
  { key: "n", action: "newBell", says: "New bell" },
  { key: "?", action: "help", says: "Show these keys" },
];

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** What a key does, unless somebody is typing or the browser is meant. */
export function actionOf({ key, ctrlKey, metaKey, altKey }: Key, isTyping: boolean): Action | undefined {
  if (isTyping || ctrlKey || metaKey || altKey) return undefined;
  return SHORTCUTS.find((shortcut) => shortcut.key === key)?.action;
}
