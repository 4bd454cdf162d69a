import type { JSX } from "preact";

import { type Bell, type BellsView, flawOfLabel } from "../core/index.ts";
import { LineForm } from "./line-form.tsx";

interface Props {
  readonly bell: Bell;
  readonly bells: BellsView;
  readonly close: () => void;
}

/** A new label for a bell. Items that are there keep the one that they came under. */
export function RenameBell({ bell, bells, close }: Props): JSX.Element {
  return (
    <LineForm
      label="New label"
      start={bell.label}
      verb="Rename"
      flawOf={flawOfLabel}
      save={(label) => bells.change(bell.id, { label: label.trim() })}
      close={close}
      input={{ onKeyDown: (event) => event.key === "Escape" && close() }}
    />
  );
}
