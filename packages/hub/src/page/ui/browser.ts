/** What the page has of the browser: memory, address, clock, focus and title; and what it calls the hub's sources. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import type { IconName } from "./parts.tsx";

/** What the browser keeps of the page. Where it may keep nothing, all is new at each visit. */
export const memory = {
  get(name: string): string | undefined {
    try {
      return localStorage.getItem(`doorbell.${name}`) ?? undefined;
    } catch {
      return undefined;
    }
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(`doorbell.${name}`, value);
    } catch {
      // It is kept for this visit by whoever asked.
    }
  },
} as const;

/** The one-time code of a login link. It is taken out of the address at once, so that it is not copied on with it. */
export function takeCode(): string | undefined {
  if (location.pathname !== "/login") return undefined;
  const code = location.hash.slice(1);
  history.replaceState(null, "", "/");
  return code === "" ? undefined : code;
}

/** The browser's clock. */
export const clock = {
  now: (): number => performance.now(),
  after: (delayMs: number, run: () => void): { cancel(): void } => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
} as const;

/** The keyboard goes to what appeared because somebody asked for it. */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  // Before the next key: what is typed at once is for it.
  useLayoutEffect(() => element.current?.focus(), []);
  return element;
}

/** The title of the window: where one is, and how many items came since one looked away. */
export function useTitle(name: string, newest: number = 0, isLoaded: boolean = true): void {
  const seen = useRef<number | undefined>(undefined);
  useEffect(() => {
    const show = (): void => {
      if (document.visibilityState === "visible" || !isLoaded) seen.current = isLoaded ? newest : undefined;
      const count = newest - (seen.current ?? newest);
      document.title = `${count > 0 ? `(${count}) ` : ""}${name} – Doorbell`;
    };
    show();
    document.addEventListener("visibilitychange", show);
    return () => document.removeEventListener("visibilitychange", show);
  }, [name, newest, isLoaded]);
}

export function titleOfSource(name: string): string {
  return NAMES[name]?.title ?? name;
}

export function iconOfSource(name: string): IconName {
  return NAMES[name]?.icon ?? "bell";
}

export function sayingOfSource(name: string): string {
  return NAMES[name]?.says ?? "";
}

const NAMES: Readonly<Record<string, { readonly title: string; readonly icon: IconName; readonly says: string }>> = {
  random: { title: "Random numbers", icon: "dice", says: "A new number now and then, for trying things out." },
  classified: { title: "Classified ads", icon: "board", says: "What anybody who reaches the hub has posted." },
  network: { title: "Network", icon: "network", says: "The interfaces of the hub’s machine, as they change." },
};
