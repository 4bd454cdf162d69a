import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type View, hashOf, isAway } from "../core/index.ts";
import type { Parts } from "./app.tsx";
import { BellsPage } from "./bells-page.tsx";
import { Brand } from "./brand.tsx";
import { Icon } from "./icon.tsx";
import { ItemsPage } from "./items-page.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { MadeInboxCard } from "./made-inbox-card.tsx";
import { Offline } from "./offline.tsx";
import { Side } from "./side.tsx";
import { SourcePage } from "./source-page.tsx";
import { arrivedByKey, useKeys } from "./use-keys.ts";

/** What whoever is logged in sees: where one can go at the side, what is there in the middle. */
export function Shell({ model, view, announcer, notifier }: Parts & { readonly view: View }): JSX.Element {
  const isMenuOpen = useSignal(false);
  const areKeysShown = useSignal(false);
  const main = useRef<HTMLElement>(null);
  const here = hashOf(view.route);
  useArrival(here, main, () => (isMenuOpen.value = false));
  useKeys(view, { showKeys: () => (areKeysShown.value = true) });
  const state = (view.source ?? view.items).state.value;
  const away = isAway(state);
  useEffect(() => {
    if (away) announcer.say("The hub cannot be reached. Trying again.");
    else if (state.kind === "live") announcer.say("Connected to the hub.");
  }, [away, state.kind]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <Brand />
        <button
          type="button"
          class="quiet"
          aria-expanded={isMenuOpen.value}
          aria-controls="side"
          onClick={() => (isMenuOpen.value = !isMenuOpen.value)}
        >
          <Icon name="menu" /> Menu
        </button>
      </header>
      <Side
        model={model}
        view={view}
        notifier={notifier}
        isOpen={isMenuOpen.value}
        showKeys={() => (areKeysShown.value = true)}
      />
      <main ref={main} tabIndex={-1}>
        <Offline state={state} retry={() => model.retry()} />
        {model.made.value?.inbox.id === view.inbox.id && (
          <MadeInboxCard made={model.made.value} done={() => model.putAway()} />
        )}
        {view.route.kind === "items" && <ItemsPage key={view.inbox.id} model={model} view={view} />}
        {view.route.kind === "bells" && <BellsPage key={view.inbox.id} view={view} />}
        {view.source !== undefined && <SourcePage key={view.source.name} model={model} source={view.source} />}
      </main>
      <KeysDialog isOpen={areKeysShown.value} close={() => (areKeysShown.value = false)} />
    </div>
  );
}

/** Whoever went somewhere is there with the keyboard too, and the title says where. */
function useArrival(here: string, main: { readonly current: HTMLElement | null }, arrived: () => void): void {
  const before = useRef(here);
  // Before the next key: what is typed at once is for what is there now.
  useLayoutEffect(() => {
    if (before.current === here) return;
    before.current = here;
    arrived();
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
    arrivedByKey(here);
  }, [here]);
}
