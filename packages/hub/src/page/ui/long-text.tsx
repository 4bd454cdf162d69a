import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { shownText } from "../core/index.ts";

/** What is shown of a text before somebody wants all of it. */
const LINES_MAX = 8;
const CHARACTERS_MAX = 600;

export function LongText({ text }: { readonly text: string }): JSX.Element {
  const isWhole = useSignal(false);
  const start = text.split("\n", LINES_MAX).join("\n").slice(0, CHARACTERS_MAX);
  const isLong = start.length < text.length;
  return (
    <>
      <p class="text" dir="auto">
        {shownText(isWhole.value || !isLong ? text : start)}
        {isLong && !isWhole.value && " …"}
      </p>
      {isLong && (
        <button
          type="button"
          class="quiet more"
          aria-expanded={isWhole.value}
          onClick={() => (isWhole.value = !isWhole.value)}
        >
          {isWhole.value ? "Show less" : "Show all"}
        </button>
      )}
    </>
  );
}
