import type { JSX } from "preact";

import { clickOf, exactly, type Item, shownLine, timeOf } from "../core/index.ts";
import { Icon } from "./icon.tsx";
import { LongText } from "./long-text.tsx";

const PRIORITIES: Readonly<Record<number, string>> = { 1: "Minor", 2: "Low", 4: "High", 5: "Urgent" };

/** Colours of bells: as many as there are in the style sheet. */
const HUES = 6;

/** One item. Whatever others wrote is text and nothing else, and its direction ends where it ends. */
export function ItemCard({ item }: { readonly item: Item }): JSX.Element {
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
