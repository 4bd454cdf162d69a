import type { JSX } from "preact";

import type { Model } from "../core/index.ts";
import type { Announcer } from "./announcer.ts";
import { LoggedOut } from "./logged-out.tsx";
import type { Notifier } from "./notifier.ts";
import { Shell } from "./shell.tsx";
import { Starting } from "./starting.tsx";

export interface Parts {
  readonly model: Model;
  readonly announcer: Announcer;
  readonly notifier: Notifier;
}

/** The page: what there is to see for whoever looks. */
export function App({ model, announcer, notifier }: Parts): JSX.Element {
  const visitor = model.visitor.value;
  const view = model.view.value;
  return (
    <>
      {visitor.kind === "out" && <LoggedOut why={visitor.why} />}
      {visitor.kind === "starting" && <Starting trouble={visitor.trouble} />}
      {view !== undefined && <Shell model={model} view={view} announcer={announcer} notifier={notifier} />}
      <div role="status" aria-live="polite" class="hidden">
        {announcer.text.value}
      </div>
    </>
  );
}
