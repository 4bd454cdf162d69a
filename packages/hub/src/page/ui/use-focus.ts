import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The keyboard goes to what appeared because somebody asked for it. */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => element.current?.focus(), []);
  return element;
}
