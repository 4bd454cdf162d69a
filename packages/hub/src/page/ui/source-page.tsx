import type { JSX } from "preact";

import { exactly, type Model, shownLine, type SourceView, timeOf } from "../core/index.ts";
import { Interfaces } from "./interfaces.tsx";
import { PostAd } from "./post-ad.tsx";
import { sayingOfSource, titleOfSource } from "./source-names.ts";
import { useTitle } from "./use-title.ts";

/** One of the hub's own sources: its lines as they come. */
export function SourcePage({ model, source }: { readonly model: Model; readonly source: SourceView }): JSX.Element {
  const lines = source.lines.value;
  const title = titleOfSource(source.name);
  useTitle(title);
  const isNetwork = source.name === "network";
  return (
    <>
      <header class="head">
        <h1>{title}</h1>
      </header>
      <p class="faint">{sayingOfSource(source.name)}</p>
      {source.name === "classified" && <PostAd model={model} />}
      {lines.length === 0 && <p role="status">Nothing new yet: what comes appears here.</p>}
      {isNetwork && lines[0] !== undefined && <Interfaces line={lines[0].text} at={lines[0].at} />}
      {!isNetwork && (
        <ol class="lines">
          {lines.map(({ key, text, at }) => (
            <li key={key}>
              <span dir="auto">{shownLine(text)}</span>
              <time dateTime={new Date(at).toISOString()} title={exactly(at)}>
                {timeOf(at)}
              </time>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
