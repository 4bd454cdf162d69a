import type { JSX } from "preact";

import { curlLine, type MadeBell, shownLine } from "../core/index.ts";
import { CopyLine } from "./copy-line.tsx";
import { QrPicture } from "./qr-picture.tsx";
import { useFocus } from "./use-focus.ts";

/** The address of a new bell, which nobody can be told again. */
export function MadeBellCard({ made, done }: { readonly made: MadeBell; readonly done: () => void }): JSX.Element {
  const heading = useFocus<HTMLHeadingElement>();
  return (
    <section class="card made" aria-labelledby="made">
      <div>
        <h2 id="made" ref={heading} tabIndex={-1}>
          <bdi>{shownLine(made.bell.label)}</bdi> is ready
        </h2>
        <p>
          Whoever has this address can ring it. It is shown <strong>this once</strong>: give it away, or keep it, now.
        </p>
        <h3>Address</h3>
        <CopyLine name="address" text={made.address} />
        <h3>At a shell</h3>
        <CopyLine name="curl command" text={curlLine(made.address)} />
        <div class="buttons">
          <button type="button" class="main" onClick={done}>
            Done
          </button>
        </div>
      </div>
      <QrPicture text={made.address} />
    </section>
  );
}
