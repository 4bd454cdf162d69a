import type { JSX } from "preact";

import { isAway, type StreamState } from "../core/index.ts";

/** Whether what is new arrives. */
export function Connection({ state }: { readonly state: StreamState }): JSX.Element {
  if (state.kind === "live") return <p class="connection live">Live</p>;
  return <p class="connection">{isAway(state) || state.kind === "ended" ? "Offline" : "Connecting …"}</p>;
}
