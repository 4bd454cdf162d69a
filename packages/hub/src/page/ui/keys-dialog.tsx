import type { JSX } from "preact";

import { SHORTCUTS } from "../core/index.ts";
import { Dialog } from "./dialog.tsx";
import { areKeysOn, setKeys } from "./use-keys.ts";

/** The keys that do something, and whether they do: who talks to a computer may not want single letters to. */
export function KeysDialog({
  isOpen,
  close,
}: {
  readonly isOpen: boolean;
  readonly close: () => void;
}): JSX.Element | null {
  if (!isOpen) return null;
  return (
    <Dialog title="Keys" close={close}>
      <dl class="keys">
        {SHORTCUTS.map(({ key, says }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={areKeysOn.value} onChange={(event) => setKeys(event.currentTarget.checked)} />{" "}
        Use these keys
      </label>
      <form method="dialog" class="buttons">
        <button type="submit" class="main">
          Close
        </button>
      </form>
    </Dialog>
  );
}
