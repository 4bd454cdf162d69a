import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { dayOf, type Feed, type Gap, type Item, rows } from "../core/index.ts";
import { ItemCard } from "./item-card.tsx";

interface Props {
  readonly feed: Feed;
  readonly older: () => Promise<void>;
}

/** Items by the day, the newest first. */
export function FeedList({ feed, older }: Props): JSX.Element {
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
