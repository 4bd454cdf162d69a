import type { JSX } from "preact";

import { Brand } from "./brand.tsx";
import { CopyLine } from "./copy-line.tsx";

/** How to come in. */
export function LoggedOut({ why }: { readonly why: string }): JSX.Element {
  return (
    <main class="alone">
      <Brand isHeading />
      {why !== "" && <p role="alert">{why}</p>}
      <p>To log in, run this on the hub’s machine and open the link that it prints:</p>
      <CopyLine name="command" text="doorbell page" />
      <p class="faint">
        The link works once, for ten minutes. In a checkout of Doorbell it is <code>npx doorbell page</code>.
      </p>
    </main>
  );
}
