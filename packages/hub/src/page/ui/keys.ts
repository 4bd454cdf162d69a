import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { type Action, actionOf } from "../core/keys.ts";
import { hashOf, type Route, type View } from "../core/model.ts";
import { memory } from "./browser.ts";

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

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
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
      return there("new-bell", { kind: "bells", inbox }, (button) => button.click());
    case "search":
      return there("search", { kind: "items", inbox }, (field) => field.focus());
    case "next":
    case "previous":
      return step(action === "next" ? 1 : -1);
    case "open":
      return document.activeElement?.closest("article")?.querySelector<HTMLAnchorElement>("a.click")?.click();
  }
}

/** Does something with an element: at once, so that what is typed next goes there, or when the page has gone to where it is. */
function there(id: string, route: Route, act: (element: HTMLElement) => void): void {
  const find = (): HTMLElement | null => document.getElementById(id);
  const here = find();
  if (here !== null) return act(here);
  const hash = hashOf(route);
  const run = (): void => {
    const element = find();
    if (element !== null) act(element);
  };
  awaited = { hash, run };
  location.hash = hash;
}

/** What a key has asked for where the page is going. */
let awaited: { readonly hash: string; readonly run: () => void } | undefined;

/** Does what a key has asked for here. */
export function arrivedByKey(hash: string): void {
  const asked = awaited;
  awaited = undefined;
  if (asked?.hash === hash) asked.run();
}

function step(by: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>("article.item")];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  (at === -1 ? items[0] : items[at + by])?.focus();
}

const on = signal(memory.get("keys") !== "no");

/** Whether single keys do something. */
export const areKeysOn: ReadonlySignal<boolean> = on;

export function setKeys(isOn: boolean): void {
  memory.set("keys", isOn ? "yes" : "no");
  on.value = isOn;
}
