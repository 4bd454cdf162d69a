import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { Icon } from "./icon.tsx";

/** How long somebody may pause while typing. */
const PAUSE_MS = 250;

export function SearchField({ look }: { readonly look: (text: string) => void }): JSX.Element {
  const timer = useRef(0);
  // What was looked for is not looked for any more when its field is gone.
  useEffect(() => () => look(""), []);
  const later = (text: string): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => look(text.trim()), PAUSE_MS);
  };
  return (
    <search class="search">
      <label for="search" class="hidden">
        Search items
      </label>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        placeholder="Search"
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => later(event.currentTarget.value)}
      />
    </search>
  );
}
