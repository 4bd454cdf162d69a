import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { type Bell, type BellsView, messageOf, shownLine } from "../core/index.ts";
import { bellFacts } from "./bell-facts.ts";
import { RenameBell } from "./rename-bell.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { RingChart } from "./ring-chart.tsx";

const STATES: Readonly<Record<Bell["state"], string>> = {
  active: "",
  paused: "Paused",
  expired: "Expired",
  usedUp: "Used up",
  revoked: "Revoked",
};

/** One bell: how it does, and what can be done with it. */
export function BellCard({ bell, bells }: { readonly bell: Bell; readonly bells: BellsView }): JSX.Element {
  const isRenaming = useSignal(false);
  const isRevoking = useSignal(false);
  const flaw = useSignal("");
  const label = shownLine(bell.label);
  const isPaused = bell.state === "paused";
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    flaw.value = "";
    await action().catch((cause: unknown) => void (flaw.value = messageOf(cause)));
  };
  const heading = `bell-${bell.id}`;
  return (
    <article class={`card ring state-${bell.state}`} aria-labelledby={heading}>
      <div class="about">
        {isRenaming.value ? (
          <RenameBell bell={bell} bells={bells} close={() => (isRenaming.value = false)} />
        ) : (
          <h2 id={heading}>
            <bdi>{label}</bdi>
            {STATES[bell.state] !== "" && <span class="state">{STATES[bell.state]}</span>}
          </h2>
        )}
        <ul class="facts">
          {bellFacts(bell, Date.now()).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      </div>
      <RingChart bell={bell} bells={bells} />
      <div class="buttons">
        {(bell.state === "active" || isPaused) && (
          <button type="button" onClick={() => void attempt(() => bells.change(bell.id, { paused: !isPaused }))}>
            {isPaused ? "Resume" : "Pause"} <span class="hidden">{label}</span>
          </button>
        )}
        <button type="button" onClick={() => (isRenaming.value = true)}>
          Rename <span class="hidden">{label}</span>
        </button>
        <button type="button" class="danger" onClick={() => (isRevoking.value = true)}>
          Revoke <span class="hidden">{label}</span>
        </button>
      </div>
      {flaw.value !== "" && (
        <p role="alert" class="flaw">
          {flaw.value}
        </p>
      )}
      {isRevoking.value && (
        <RevokeDialog
          label={label}
          revoke={() => void attempt(() => bells.revoke(bell.id))}
          close={() => (isRevoking.value = false)}
        />
      )}
    </article>
  );
}
