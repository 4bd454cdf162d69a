/** What the page asks with: fields, forms and dialogs. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren, InputHTMLAttributes, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { messageOf } from "../core/api.ts";
import { SHORTCUTS } from "../core/keys.ts";
import { useFocus } from "./browser.ts";
import { areKeysOn, setKeys } from "./keys.ts";

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** What is wrong with what was typed. */
  readonly flaw?: string | undefined;
  readonly children: (attributes: Attributes) => JSX.Element;
}

interface Attributes {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: boolean;
}

/** A field of a form, with its label and what is to be said of it. */
export function Field({ label, hint, flaw, children }: FieldProps): JSX.Element {
  const id = useId();
  const notes = [...(hint === undefined ? [] : [`${id}-hint`]), ...(flaw === undefined ? [] : [`${id}-flaw`])];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(notes.length === 0 ? {} : { "aria-describedby": notes.join(" ") }),
        ...(flaw === undefined ? {} : { "aria-invalid": true }),
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} class="faint">
          {hint}
        </p>
      )}
      {flaw !== undefined && (
        <p id={`${id}-flaw`} class="flaw" role="alert">
          {flaw}
        </p>
      )}
    </div>
  );
}

interface FormButtonsProps {
  /** What the button says that is the purpose of it all. */
  readonly verb: string;
  /** It is being done. */
  readonly isBusy?: boolean;
  readonly close: () => void;
}

/** How a form ends: it is done, or left. */
export function FormButtons({ verb, isBusy = false, close }: FormButtonsProps): JSX.Element {
  return (
    <div class="buttons">
      <button type="submit" class="main" disabled={isBusy}>
        {verb}
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
    </div>
  );
}

interface LineFormProps {
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
export function LineForm({ label, start = "", verb, flawOf, save, close, input }: LineFormProps): JSX.Element {
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

interface DialogProps {
  readonly title: ComponentChildren;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** Something that is answered before anything else: the browser keeps the keyboard in it, and Escape leaves it. */
export function Dialog({ title, close, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

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
