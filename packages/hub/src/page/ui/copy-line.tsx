import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

/** A line that is there to be copied. */
export function CopyLine({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  const said = useSignal("");
  const line = useRef<HTMLElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = "Copied";
    } catch {
      // Where the page may not write there, it selects what Ctrl-C takes.
      if (line.current !== null) getSelection()?.selectAllChildren(line.current);
      said.value = "Press Ctrl-C";
    }
  };
  return (
    <div class="copy">
      <code ref={line} tabIndex={0} aria-label={name}>
        {text}
      </code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${name}`}>
        {said.value === "" ? "Copy" : said.value}
      </button>
      <span role="status" class="hidden">
        {said.value}
      </span>
    </div>
  );
}
