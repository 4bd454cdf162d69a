import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { flawOfName, messageOf, type Model } from "../core/index.ts";
import { Field } from "./field.tsx";
import { useFocus } from "./use-focus.ts";

export function NewInbox({ model, close }: { readonly model: Model; readonly close: () => void }): JSX.Element {
  const name = useSignal("");
  const flaw = useSignal<string | undefined>(undefined);
  const first = useFocus<HTMLInputElement>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    flaw.value = flawOfName(name.value);
    if (flaw.value !== undefined) return;
    try {
      await model.createInbox(name.value);
      close();
    } catch (cause) {
      flaw.value = messageOf(cause);
    }
  };
  return (
    <form class="small" onSubmit={(event) => void submit(event)} noValidate>
      <Field label="Name of the new inbox" flaw={flaw.value}>
        {(attributes) => (
          <input
            {...attributes}
            ref={first}
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
            maxLength={63}
            autoComplete="off"
            autoCapitalize="none"
            spellcheck={false}
          />
        )}
      </Field>
      <div class="buttons">
        <button type="submit" class="main">
          Create
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
