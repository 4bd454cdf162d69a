import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** The keyboard goes to what appeared because somebody asked for it. */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  // Before the next key: what is typed at once is for it.
  useLayoutEffect(() => element.current?.focus(), []);
  return element;
}
