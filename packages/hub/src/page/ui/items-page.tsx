import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Item } from "../core/api.ts";
import { type Feed, type Gap, rows } from "../core/inbox-view.ts";
import { hashOf, type Model, type View } from "../core/model.ts";
import { clickOf, dayOf, exactly, shownLine, timeOf } from "../core/text.ts";
import { useTitle } from "./browser.ts";
import { Icon, LongText } from "./parts.tsx";

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
      {search !== undefined && items.failure.value === "" && <Searched text={search.text} found={search.found} />}
      {feed !== undefined && <FeedList feed={feed} older={() => items.older()} />}
      {!items.isLoaded.value && <p class="faint">Loading …</p>}
    </>
  );
}

/** Says what a search has come to while it has found nothing to show. */
function Searched({ text, found }: { readonly text: string; readonly found: Feed | undefined }): JSX.Element | null {
  if (found !== undefined && found.items.length > 0) return null;
  const isOver = found?.more === false;
  return <p role="status">{isOver ? `Nothing found for “${text}”.` : `Searching for “${text}” …`}</p>;
}

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

/** How long somebody may pause while typing. */
const PAUSE_MS = 250;

function SearchField({ look }: { readonly look: (text: string) => void }): JSX.Element {
  const timer = useRef(0);
  // What was looked for is not looked for any more when its field is gone.
  useEffect(() => () => look(""), []);
  const later = (text: string): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => look(text.trim()), PAUSE_MS);
  };
  return (
    <search class="search">
      <label for="search" class="hidden">
        Search items
      </label>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        placeholder="Search"
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => later(event.currentTarget.value)}
      />
    </search>
  );
}

interface FeedListProps {
  readonly feed: Feed;
  readonly older: () => Promise<void>;
}

/** Items by the day, the newest first. */
function FeedList({ feed, older }: FeedListProps): JSX.Element {
  const isLoading = useSignal(false);
  const load = async (): Promise<void> => {
    isLoading.value = true;
    await older();
    isLoading.value = false;
  };
  return (
    <>
      {daysOf(rows(feed)).map(({ day, rows }) => (
        <section key={day} class="day" aria-label={day}>
          <h2>{day}</h2>
          <ol>
            {rows.map((row) =>
              "to" in row ? (
                <li key={`gap ${row.to}`} class="gap">
                  {gapText(row)}
                </li>
              ) : (
                <li key={row.sequence}>
                  <ItemCard item={row} />
                </li>
              ),
            )}
          </ol>
        </section>
      ))}
      {feed.more && (
        <button type="button" class="older" disabled={isLoading.value} onClick={() => void load()}>
          {isLoading.value ? "Loading …" : "Older items"}
        </button>
      )}
    </>
  );
}

function daysOf(rows: readonly (Item | Gap)[]): readonly { readonly day: string; readonly rows: (Item | Gap)[] }[] {
  const days: { readonly day: string; readonly rows: (Item | Gap)[] }[] = [];
  const now = Date.now();
  for (const row of rows) {
    // What is missing is said where it is missing, under whichever day.
    const day = "to" in row ? (days.at(-1)?.day ?? "Today") : dayOf(Date.parse(row.at), now);
    if (days.at(-1)?.day !== day) days.push({ day, rows: [] });
    days.at(-1)?.rows.push(row);
  }
  return days;
}

function gapText({ from, to }: Gap): string {
  const count = to - from + 1;
  return `${count} ${count === 1 ? "item" : "items"} came and went while the page was away: the inbox keeps no more.`;
}

/** One item. Whatever others wrote is text and nothing else, and its direction ends where it ends. */
function ItemCard({ item }: { readonly item: Item }): JSX.Element {
  const { sequence, at, bell, title, text, priority = 3, tags = [] } = item;
  const click = clickOf(item.click);
  const time = Date.parse(at);
  const said = PRIORITIES[priority];
  return (
    <article class={`item priority-${priority}`} tabIndex={-1} aria-labelledby={`item-${sequence}`}>
      <header id={`item-${sequence}`}>
        <span class={`bell hue-${bell.id % HUES}`}>
          <bdi>{shownLine(bell.label)}</bdi>
        </span>
        {said !== undefined && <span class="priority">{said}</span>}
        <time dateTime={at} title={exactly(time)}>
          {timeOf(time)}
        </time>
      </header>
      {title !== undefined && <h3 dir="auto">{shownLine(title)}</h3>}
      {text !== "" && <LongText text={text} />}
      {(tags.length > 0 || click !== undefined) && (
        <footer>
          {click !== undefined && (
            <a class="click" href={click.href} target="_blank" rel="noopener noreferrer">
              <Icon name="link" />
              <bdi>{shownLine(click.place)}</bdi>
            </a>
          )}
          {tags.length > 0 && (
            <ul class="tags" aria-label="Tags">
              {tags.map((tag) => (
                <li key={tag}>
                  <bdi>{shownLine(tag)}</bdi>
                </li>
              ))}
            </ul>
          )}
        </footer>
      )}
    </article>
  );
}

const PRIORITIES: Readonly<Record<number, string>> = { 1: "Minor", 2: "Low", 4: "High", 5: "Urgent" };

/** Colours of bells: as many as there are in the style sheet. */
const HUES = 6;
