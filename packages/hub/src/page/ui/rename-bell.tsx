import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { type Bell, type BellsView, flawOfLabel, messageOf } from "../core/index.ts";
import { Field } from "./field.tsx";
import { useFocus } from "./use-focus.ts";

interface Props {
  readonly bell: Bell;
  readonly bells: BellsView;
  readonly close: () => void;
}

/** A new label for a bell. Items that are there keep the one that they came under. */
export function RenameBell({ bell, bells, close }: Props): JSX.Element {
  const label = useSignal(bell.label);
  const flaw = useSignal<string | undefined>(undefined);
  const first = useFocus<HTMLInputElement>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    flaw.value = flawOfLabel(label.value);
    if (flaw.value !== undefined) return;
    try {
      await bells.change(bell.id, { label: label.value.trim() });
      close();
    } catch (cause) {
      flaw.value = messageOf(cause);
    }
  };
  return (
    <form class="small" onSubmit={(event) => void submit(event)} noValidate>
      <Field label="New label" flaw={flaw.value}>
        {(attributes) => (
          <input
            {...attributes}
            ref={first}
            value={label.value}
            autoComplete="off"
            onInput={(event) => (label.value = event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Escape" && close()}
          />
        )}
      </Field>
      <div class="buttons">
        <button type="submit" class="main">
          Rename
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
