import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { messageOf, type Model } from "../core/index.ts";
import { Field } from "./field.tsx";

/** Puts an ad on the board. */
export function PostAd({ model }: { readonly model: Model }): JSX.Element {
  const text = useSignal("");
  const flaw = useSignal<string | undefined>(undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const ad = text.value.trim();
    flaw.value = ad === "" ? "Write what the ad says." : undefined;
    if (flaw.value !== undefined) return;
    try {
      await model.api.post(ad);
      text.value = "";
    } catch (cause) {
      flaw.value = messageOf(cause);
    }
  };
  return (
    <form class="card post" onSubmit={(event) => void submit(event)} noValidate>
      <Field label="Your ad" flaw={flaw.value}>
        {(attributes) => (
          <input
            {...attributes}
            value={text.value}
            autoComplete="off"
            dir="auto"
            placeholder="Nice appart in the 11e."
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" class="main">
        Post
      </button>
    </form>
  );
}
