import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { type Action, actionOf, hashOf, type View } from "../core/index.ts";
import { memory } from "./memory.ts";

const on = signal(memory.get("keys") !== "no");

/** Whether single keys do something. */
export const areKeysOn: ReadonlySignal<boolean> = on;

export function setKeys(isOn: boolean): void {
  memory.set("keys", isOn ? "yes" : "no");
  on.value = isOn;
}

/** Keys that do something wherever one is. */
export function useKeys(view: View, { showKeys }: { readonly showKeys: () => void }): void {
  const inbox = view.inbox.name;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const action = on.value ? actionOf(event, isTyping(event.target)) : undefined;
      if (action === undefined || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      act(action, inbox, showKeys);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [inbox]);
}

function act(action: Action, inbox: string, showKeys: () => void): void {
  switch (action) {
    case "help":
      return showKeys();
    case "items":
    case "bells":
      location.hash = hashOf({ kind: action, inbox });
      return;
    case "newBell":
      location.hash = hashOf({ kind: "bells", inbox });
      return soon(() => document.getElementById("new-bell")?.click());
    case "search":
      location.hash = hashOf({ kind: "items", inbox });
      return soon(() => document.getElementById("search")?.focus());
    case "next":
    case "previous":
      return step(action === "next" ? 1 : -1);
    case "open":
      return document.activeElement?.closest("article")?.querySelector<HTMLAnchorElement>("a.click")?.click();
  }
}

/** After the page has followed the address. */
function soon(act: () => void): void {
  setTimeout(act, 50);
}

function step(by: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>("article.item")];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  (at === -1 ? items[0] : items[at + by])?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
