import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { hashOf, type Model, type View } from "../core/model.ts";
import { isAway, type StreamState } from "../core/stream.ts";
import { BellsPage } from "./bells-page.tsx";
import { clock } from "./browser.ts";
import { KeysDialog } from "./forms.tsx";
import { ItemsPage } from "./items-page.tsx";
import { arrivedByKey, useKeys } from "./keys.ts";
import type { Announcer, Notifier } from "./notifier.ts";
import { Brand, CopyLine, Icon } from "./parts.tsx";
import { MadeInboxCard, Side } from "./side.tsx";
import { SourcePage } from "./source-page.tsx";

interface Parts {
  readonly model: Model;
  readonly announcer: Announcer;
  readonly notifier: Notifier;
}

/** The page: what there is to see for whoever looks. */
export function App({ model, announcer, notifier }: Parts): JSX.Element {
  const visitor = model.visitor.value;
  const view = model.view.value;
  return (
    <>
      {visitor.kind === "out" && <LoggedOut why={visitor.why} />}
      {visitor.kind === "starting" && <Starting trouble={visitor.trouble} />}
      {view !== undefined && <Shell model={model} view={view} announcer={announcer} notifier={notifier} />}
      <div role="status" aria-live="polite" class="hidden">
        {announcer.text.value}
      </div>
    </>
  );
}

/** How to come in. */
function LoggedOut({ why }: { readonly why: string }): JSX.Element {
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

/** Before anything is known of the hub. */
function Starting({ trouble }: { readonly trouble: string }): JSX.Element {
  return (
    <main class="alone">
      <Brand isHeading />
      <p role="status">{trouble === "" ? "Looking for the hub …" : `${trouble} Trying again …`}</p>
    </main>
  );
}

/** What whoever is logged in sees: where one can go at the side, what is there in the middle. */
function Shell({ model, view, announcer, notifier }: Parts & { readonly view: View }): JSX.Element {
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

/** Says that the hub is away, or will have nothing to do with us. What was shown stays. */
function Offline({ state, retry }: { readonly state: StreamState; readonly retry: () => void }): JSX.Element | null {
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
