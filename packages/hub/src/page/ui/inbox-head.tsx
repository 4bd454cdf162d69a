import type { JSX } from "preact";

import { hashOf, type View } from "../core/index.ts";

/** The name of the inbox, and the two things that there are of it. */
export function InboxHead({ view }: { readonly view: View }): JSX.Element {
  const { name } = view.inbox;
  const tab = (kind: "items" | "bells", text: string): JSX.Element => (
    <a href={hashOf({ kind, inbox: name })} aria-current={view.route.kind === kind ? "page" : undefined}>
      {text}
    </a>
  );
  return (
    <header class="head">
      <h1>{name}</h1>
      <nav aria-label={`Inbox ${name}`} class="tabs">
        {tab("items", "Items")}
        {tab("bells", "Bells")}
      </nav>
    </header>
  );
}
