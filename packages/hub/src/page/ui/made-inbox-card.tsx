import type { JSX } from "preact";

import type { MadeInbox } from "../core/index.ts";
import { CopyLine } from "./copy-line.tsx";
import { useFocus } from "./use-focus.ts";

/** The keys of a new inbox, which nobody can be told again. */
export function MadeInboxCard({ made, done }: { readonly made: MadeInbox; readonly done: () => void }): JSX.Element {
  const heading = useFocus<HTMLHeadingElement>();
  return (
    <section class="card" aria-labelledby="made-inbox">
      <h2 id="made-inbox" ref={heading} tabIndex={-1}>
        {made.inbox.name} is ready
      </h2>
      <p>
        This page needs no key. Programs do; theirs are shown <strong>this once</strong>. Each opens this inbox alone.
      </p>
      <h3>Reading key, for what is to read its items</h3>
      <CopyLine name="reading key" text={made.readingKey} />
      <h3>Managing key, for what is to make and revoke bells</h3>
      <CopyLine name="managing key" text={made.managingKey} />
      <div class="buttons">
        <button type="button" class="main" onClick={done}>
          Done
        </button>
      </div>
    </section>
  );
}
