import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { View } from "../core/index.ts";
import { BellCard } from "./bell-card.tsx";
import { InboxHead } from "./inbox-head.tsx";
import { MadeBellCard } from "./made-bell-card.tsx";
import { NewBell } from "./new-bell.tsx";
import { useTitle } from "./use-title.ts";

/** The bells of an inbox: who may ring, and how often they did. */
export function BellsPage({ view }: { readonly view: View }): JSX.Element {
  const { bells, items, inbox } = view;
  const isMaking = useSignal(false);
  const { newest } = items.feed.value;
  const isLive = items.state.value.kind === "live";
  // A ring changes what there is to say of its bell; so may have happened whatever while the hub was away.
  useEffect(() => {
    if (isLive) void bells.load();
  }, [newest, isLive]);
  useTitle(`Bells of ${inbox.name}`);
  const list = bells.bells.value;
  const made = bells.made.value;
  return (
    <>
      <InboxHead view={view} />
      {made !== undefined && <MadeBellCard key={made.bell.id} made={made} done={() => bells.putAway()} />}
      {isMaking.value ? (
        <NewBell bells={bells} close={() => (isMaking.value = false)} />
      ) : (
        <div class="buttons">
          <button type="button" id="new-bell" class="main" onClick={() => (isMaking.value = true)}>
            New bell
          </button>
        </div>
      )}
      {bells.failure.value !== "" && (
        <p role="alert" class="flaw">
          {bells.failure.value}
        </p>
      )}
      {list?.length === 0 && made === undefined && (
        <div class="empty">
          <p>No bells yet.</p>
          <p>Whoever has a bell can ring it, and do nothing else: not read, not see who else rings.</p>
        </div>
      )}
      <ul class="bells">
        {list?.map((bell) => (
          <li key={bell.id}>
            <BellCard bell={bell} bells={bells} />
          </li>
        ))}
      </ul>
    </>
  );
}
