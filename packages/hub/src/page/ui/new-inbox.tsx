import type { JSX } from "preact";

import { flawOfName, type Model } from "../core/index.ts";
import { LineForm } from "./line-form.tsx";

export function NewInbox({ model, close }: { readonly model: Model; readonly close: () => void }): JSX.Element {
  return (
    <LineForm
      label="Name of the new inbox"
      verb="Create"
      flawOf={flawOfName}
      save={(name) => model.createInbox(name)}
      close={close}
      input={{ maxLength: 63, autoCapitalize: "none", spellcheck: false }}
    />
  );
}
