import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { hashOf, type Model, type View } from "../core/index.ts";
import { FeedList } from "./feed-list.tsx";
import { InboxHead } from "./inbox-head.tsx";
import { SearchField } from "./search-field.tsx";
import { useTitle } from "./use-title.ts";

/** The items of an inbox: what is new, and what was. */
export function ItemsPage({ model, view }: { readonly model: Model; readonly view: View }): JSX.Element {
  const { items, inbox } = view;
  const search = items.search.value;
  const feed = search === undefined ? items.feed.value : search.found;
  const { newest } = items.feed.value;
  useEffect(() => {
    if (items.isLoaded.value) model.seen.saw(inbox.id, newest);
  }, [newest]);
  useTitle(inbox.name, newest, items.isLoaded.value);
  const isEmpty = items.isLoaded.value && newest === 0;
  return (
    <>
      <InboxHead view={view} />
      {isEmpty ? <Empty inbox={inbox.name} /> : <SearchField look={(text) => void items.lookFor(text)} />}
      {items.failure.value !== "" && (
        <p role="alert" class="flaw">
          {items.failure.value}
        </p>
      )}
      {search !== undefined && feed?.items.length === 0 && <p role="status">Nothing found for “{search.text}”.</p>}
      {feed !== undefined && <FeedList feed={feed} older={() => items.older()} />}
      {!items.isLoaded.value && <p class="faint">Loading …</p>}
    </>
  );
}

function Empty({ inbox }: { readonly inbox: string }): JSX.Element {
  return (
    <div class="empty">
      <p>Nothing has rung yet.</p>
      <p>
        <a href={hashOf({ kind: "bells", inbox })}>Make a bell</a>, give it to a script or to somebody, and what they
        ring it with appears here.
      </p>
    </div>
  );
}
