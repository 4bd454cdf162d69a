import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { type BellForm, type BellsView, bellOf, type Flaws, LIVES, messageOf } from "../core/index.ts";
import { Field } from "./field.tsx";
import { FormButtons } from "./form-buttons.tsx";
import { useFocus } from "./use-focus.ts";

const FRESH: BellForm = { label: "", perMinute: "60", ringsMax: "", life: "ever" };

/** Asks what a new bell is to be. */
export function NewBell({ bells, close }: { readonly bells: BellsView; readonly close: () => void }): JSX.Element {
  const form = useSignal(FRESH);
  const flaws = useSignal<Flaws>({});
  const refusal = useSignal("");
  const isBusy = useSignal(false);
  const first = useFocus<HTMLInputElement>();
  const set = (change: Partial<BellForm>): void => void (form.value = { ...form.value, ...change });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const asked = bellOf(form.value, Date.now());
    flaws.value = "flaws" in asked ? asked.flaws : {};
    if ("flaws" in asked || isBusy.value) return;
    isBusy.value = true;
    try {
      await bells.create(asked.bell);
      close();
    } catch (cause) {
      refusal.value = messageOf(cause);
      isBusy.value = false;
    }
  };
  const { label, perMinute, ringsMax, life } = form.value;
  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate aria-label="New bell">
      <h2>New bell</h2>
      <Field
        label="Who or what will ring it"
        hint="You see this with each item; whoever rings does not."
        flaw={flaws.value.label}
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={first}
            value={label}
            onInput={(event) => set({ label: event.currentTarget.value })}
            placeholder="backup"
            autoComplete="off"
          />
        )}
      </Field>
      <div class="fields">
        <Field label="Rings a minute" flaw={flaws.value.perMinute}>
          {(attributes) => (
            <input
              {...attributes}
              inputMode="numeric"
              value={perMinute}
              onInput={(event) => set({ perMinute: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Rings in all" flaw={flaws.value.ringsMax}>
          {(attributes) => (
            <input
              {...attributes}
              inputMode="numeric"
              value={ringsMax}
              placeholder="No limit"
              onInput={(event) => set({ ringsMax: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="It ends">
          {(attributes) => (
            <select {...attributes} value={life} onChange={(event) => set({ life: event.currentTarget.value })}>
              {Object.entries(LIVES).map(([key, { says }]) => (
                <option key={key} value={key}>
                  {says}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {refusal.value !== "" && (
        <p role="alert" class="flaw">
          {refusal.value}
        </p>
      )}
      <FormButtons verb="Make the bell" isBusy={isBusy.value} close={close} />
    </form>
  );
}
