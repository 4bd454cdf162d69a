import { useSignal } from "@preact/signals";
import type { InputHTMLAttributes, JSX } from "preact";

import { messageOf } from "../core/index.ts";
import { Field } from "./field.tsx";
import { FormButtons } from "./form-buttons.tsx";
import { useFocus } from "./use-focus.ts";

interface Props {
  readonly label: string;
  /** What is there at first. */
  readonly start?: string;
  /** What the button says that is the purpose of it all. */
  readonly verb: string;
  /** What is wrong with what was written; nothing if it is well. */
  readonly flawOf: (text: string) => string | undefined;
  /** Does it. What it rejects with is shown. */
  readonly save: (text: string) => Promise<void>;
  readonly close: () => void;
  /** What else the field is. */
  readonly input?: InputHTMLAttributes;
}

/** One line to be written, which closes once it is saved. */
export function LineForm({ label, start = "", verb, flawOf, save, close, input }: Props): JSX.Element {
  const text = useSignal(start);
  const flaw = useSignal<string | undefined>(undefined);
  const first = useFocus<HTMLInputElement>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    flaw.value = flawOf(text.value);
    if (flaw.value !== undefined) return;
    try {
      await save(text.value);
      close();
    } catch (cause) {
      flaw.value = messageOf(cause);
    }
  };
  return (
    <form class="small" onSubmit={(event) => void submit(event)} noValidate>
      <Field label={label} flaw={flaw.value}>
        {(attributes) => (
          <input
            {...attributes}
            {...input}
            ref={first}
            value={text.value}
            autoComplete="off"
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        )}
      </Field>
      <FormButtons verb={verb} close={close} />
    </form>
  );
}
