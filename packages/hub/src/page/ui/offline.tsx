import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { isAway, type StreamState } from "../core/index.ts";
import { clock } from "./clock.ts";

/** Says that the hub is away, or will have nothing to do with us. What was shown stays. */
export function Offline({
  state,
  retry,
}: {
  readonly state: StreamState;
  readonly retry: () => void;
}): JSX.Element | null {
  const now = useSignal(clock.now());
  const away = isAway(state);
  useEffect(() => {
    if (!away) return;
    now.value = clock.now();
    const timer = setInterval(() => (now.value = clock.now()), 1_000);
    return () => clearInterval(timer);
  }, [away, state]);
  if (state.kind === "ended" && state.failure.code !== "LoggedOut")
    return (
      <p role="alert" class="banner">
        {state.failure.message}
      </p>
    );
  if (!away) return null;
  const seconds = state.kind === "offline" ? Math.max(1, Math.ceil((state.retryAt - now.value) / 1_000)) : 0;
  return (
    <div class="banner">
      <p>
        <strong>Offline.</strong> The hub cannot be reached; what it stores meanwhile comes when it is back.{" "}
        {seconds === 0 ? "Trying now …" : `Trying again in ${seconds} s.`}
      </p>
      <button type="button" onClick={retry}>
        Try now
      </button>
    </div>
  );
}
