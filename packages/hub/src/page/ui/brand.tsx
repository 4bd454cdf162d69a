import type { JSX } from "preact";

import { Icon } from "./icon.tsx";

export function Brand({ isHeading = false }: { readonly isHeading?: boolean }): JSX.Element {
  const inside = (
    <>
      <Icon name="bell" /> Doorbell
    </>
  );
  return isHeading ? <h1 class="brand">{inside}</h1> : <p class="brand">{inside}</p>;
}
