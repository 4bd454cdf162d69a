import type { JSX } from "preact";

import { Brand } from "./brand.tsx";

/** Before anything is known of the hub. */
export function Starting({ trouble }: { readonly trouble: string }): JSX.Element {
  return (
    <main class="alone">
      <Brand isHeading />
      <p role="status">{trouble === "" ? "Looking for the hub …" : `${trouble} Trying again …`}</p>
    </main>
  );
}
