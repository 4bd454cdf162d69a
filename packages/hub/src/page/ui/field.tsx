import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface Attributes {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: boolean;
}

interface Props {
  readonly label: string;
  readonly hint?: string;
  /** What is wrong with what was typed. */
  readonly flaw?: string | undefined;
  readonly children: (attributes: Attributes) => JSX.Element;
}

/** A field of a form, with its label and what is to be said of it. */
export function Field({ label, hint, flaw, children }: Props): JSX.Element {
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
