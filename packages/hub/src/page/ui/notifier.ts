import { type ReadonlySignal, signal } from "@preact/signals";

import type { Item } from "../core/api.ts";
import { hashOf } from "../core/model.ts";
import { type Notice, noticesOf, spoken } from "../core/text.ts";
import type { memory } from "./browser.ts";

/** Whether the browser shows notifications: it cannot, it was told not to, it was not asked to, or it does. */
type Notifying = "impossible" | "denied" | "off" | "on";

/** The browser's own notifications. */
export class Notifier {
  readonly #memory: typeof memory;
  readonly #state = signal<Notifying>("off");

  constructor(kept: typeof memory) {
    this.#memory = kept;
    this.#state.value = stateNow(kept.get("notify") === "yes");
  }

  get state(): ReadonlySignal<Notifying> {
    return this.#state;
  }

  /** Turns them on or off. The browser asks whoever sits there, so this is for a click. */
  async toggle(): Promise<void> {
    const isWanted = this.#state.value !== "on";
    if (isWanted && Notification.permission === "default") await Notification.requestPermission();
    this.#memory.set("notify", isWanted ? "yes" : "no");
    this.#state.value = stateNow(isWanted);
  }

  /** Shows what arrived to who does not look: where the page is in front, it stands there already. */
  arrived(items: readonly Item[], inbox: string): void {
    const isSeen = document.visibilityState === "visible" && document.hasFocus();
    if (this.#state.value !== "on" || isSeen) return;
    for (const notice of noticesOf(items, inbox)) this.#show(notice, inbox);
  }

  #show({ title, body, tag }: Notice, inbox: string): void {
    try {
      const shown = new Notification(title, { body, tag, icon: iconAddress() });
      shown.addEventListener("click", () => {
        window.focus();
        location.hash = hashOf({ kind: "items", inbox });
        shown.close();
      });
    } catch {
      // Browsers of phones have the name and not the thing.
      this.#state.value = "impossible";
    }
  }
}

function stateNow(isWanted: boolean): Notifying {
  if (!("Notification" in window) || !window.isSecureContext) return "impossible";
  if (Notification.permission === "denied") return "denied";
  return isWanted && Notification.permission === "granted" ? "on" : "off";
}

/** Its name tells its content, so only the page knows it. */
function iconAddress(): string {
  return document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";
}

/** What a screen reader says when it has nothing else to say. */
export class Announcer {
  readonly #text = signal("");

  get text(): ReadonlySignal<string> {
    return this.#text;
  }

  arrived(items: readonly Item[]): void {
    this.say(spoken(items));
  }

  say(text: string): void {
    // The same text once more is something new to say.
    this.#text.value = text === this.#text.value ? `${text}\u00a0` : text;
  }
}
