import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { messageOf } from "../core/api.ts";
import type { Model } from "../core/model.ts";
import { interfacesOf, type SourceView } from "../core/source-view.ts";
import { exactly, shownLine, timeOf } from "../core/text.ts";
import { sayingOfSource, titleOfSource, useTitle } from "./browser.ts";
import { Field } from "./forms.tsx";

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

/** Puts an ad on the board. */
function PostAd({ model }: { readonly model: Model }): JSX.Element {
  const text = useSignal("");
  const flaw = useSignal<string | undefined>(undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const ad = text.value.trim();
    flaw.value = ad === "" ? "Write what the ad says." : undefined;
    if (flaw.value !== undefined) return;
    try {
      await model.api.post(ad);
      text.value = "";
    } catch (cause) {
      flaw.value = messageOf(cause);
    }
  };
  return (
    <form class="card post" onSubmit={(event) => void submit(event)} noValidate>
      <Field label="Your ad" flaw={flaw.value}>
        {(attributes) => (
          <input
            {...attributes}
            value={text.value}
            autoComplete="off"
            dir="auto"
            placeholder="Nice appart in the 11e."
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" class="main">
        Post
      </button>
    </form>
  );
}

/** The network of the hub's machine, as it was told last. */
function Interfaces({ line, at }: { readonly line: string; readonly at: number }): JSX.Element {
  const interfaces = interfacesOf(line);
  if (interfaces === undefined) return <p dir="auto">{shownLine(line)}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Interfaces">
      <table>
        <caption>
          As of <time title={exactly(at)}>{timeOf(at)}</time>
        </caption>
        <thead>
          <tr>
            <th scope="col">Interface</th>
            <th scope="col">State</th>
            <th scope="col">Addresses</th>
          </tr>
        </thead>
        <tbody>
          {interfaces.map(({ name, state, ssid, addresses }) => (
            <tr key={name}>
              <th scope="row">
                <bdi>{shownLine(name)}</bdi>
              </th>
              <td>
                <span class={`link ${state}`}>{STATES[state]}</span>
                {ssid !== null && (
                  <>
                    {" "}
                    in <bdi>{shownLine(ssid)}</bdi>
                  </>
                )}
              </td>
              <td>
                <ul>
                  {addresses.map((address) => (
                    <li key={address}>
                      <code>{shownLine(address)}</code>
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STATES = { up: "Up", noCarrier: "Not connected", off: "Off" } as const;
