import type { JSX } from "preact";

import type { Notifier } from "./notifier.ts";

const SAYS = {
  impossible: "This browser shows no notifications of this page: it takes https, or the hub’s own machine.",
  denied: "Notifications are blocked for this page, in the browser’s settings.",
} as const;

/** Notifications of the browser: on, off, or why not. */
export function NotifyButton({
  notifier,
  inbox,
}: {
  readonly notifier: Notifier;
  readonly inbox: string;
}): JSX.Element {
  const state = notifier.state.value;
  if (state === "impossible" || state === "denied") return <p class="faint">{SAYS[state]}</p>;
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={state === "on"}
      title={`For items of ${inbox} that come while you look elsewhere`}
      onClick={() => void notifier.toggle()}
    >
      Notifications
    </button>
  );
}
