import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";

import type { MadeInbox } from "../core/api.ts";
import { flawOfName } from "../core/bells-view.ts";
import { hashOf, type Model, type Route, type View } from "../core/model.ts";
import { iconOfSource, titleOfSource, useFocus } from "./browser.ts";
import { LineForm } from "./forms.tsx";
import type { Notifier } from "./notifier.ts";
import { Brand, Connection, CopyLine, Icon, type IconName } from "./parts.tsx";

interface SideProps {
  readonly model: Model;
  readonly view: View;
  readonly notifier: Notifier;
  readonly isOpen: boolean;
  readonly showKeys: () => void;
}

/** Where one can go, and what is the same everywhere. */
export function Side({ model, view, notifier, isOpen, showKeys }: SideProps): JSX.Element {
  const isMaking = useSignal(false);
  const { route, inbox } = view;
  return (
    <aside id="side" aria-label="Hub" class={isOpen ? "side open" : "side"}>
      <Brand />
      <nav aria-label="Inboxes">
        <h2>Inboxes</h2>
        <ul>
          {model.inboxes.value.map(({ id, name, newest }) => (
            <SideLink
              key={id}
              icon="inbox"
              route={{ kind: "items", inbox: name }}
              isHere={route.kind !== "source" && id === inbox.id}
              count={id === inbox.id ? 0 : model.seen.unseen(id, newest)}
            >
              {name}
            </SideLink>
          ))}
        </ul>
        {isMaking.value ? (
          <NewInbox model={model} close={() => (isMaking.value = false)} />
        ) : (
          <button type="button" class="quiet row" onClick={() => (isMaking.value = true)}>
            <Icon name="plus" /> New inbox
          </button>
        )}
      </nav>
      <nav aria-label="Sources">
        <h2>Sources</h2>
        <ul>
          {model.sources.value.map((source) => (
            <SideLink
              key={source}
              icon={iconOfSource(source)}
              route={{ kind: "source", source }}
              isHere={view.source?.name === source}
              count={0}
            >
              {titleOfSource(source)}
            </SideLink>
          ))}
        </ul>
      </nav>
      <div class="foot">
        <NotifyButton notifier={notifier} inbox={inbox.name} />
        <div class="buttons">
          <button type="button" class="quiet" onClick={showKeys}>
            Keys
          </button>
          <button type="button" class="quiet" onClick={() => void model.logout().catch(() => {})}>
            Log out
          </button>
        </div>
        <Connection state={(view.source ?? view.items).state.value} />
      </div>
    </aside>
  );
}

interface SideLinkProps {
  readonly icon: IconName;
  readonly route: Route;
  readonly isHere: boolean;
  /** New items there. */
  readonly count: number;
  readonly children: ComponentChildren;
}

function SideLink({ icon, route, isHere, count, children }: SideLinkProps): JSX.Element {
  return (
    <li>
      <a class="row" href={hashOf(route)} aria-current={isHere ? "page" : undefined}>
        <Icon name={icon} />
        <span class="name">{children}</span>
        {count > 0 && (
          <span class="count">
            {count}
            <span class="hidden"> new</span>
          </span>
        )}
      </a>
    </li>
  );
}

function NewInbox({ model, close }: { readonly model: Model; readonly close: () => void }): JSX.Element {
  return (
    <LineForm
      label="Name of the new inbox"
      verb="Create"
      flawOf={flawOfName}
      save={(name) => model.createInbox(name)}
      close={close}
      input={{ maxLength: 63, autoCapitalize: "none", spellcheck: false }}
    />
  );
}

/** Notifications of the browser: on, off, or why not. */
function NotifyButton({ notifier, inbox }: { readonly notifier: Notifier; readonly inbox: string }): JSX.Element {
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

const SAYS = {
  impossible: "This browser shows no notifications of this page: it takes https, or the hub’s own machine.",
  denied: "Notifications are blocked for this page, in the browser’s settings.",
} as const;

/** The keys of a new inbox, which nobody can be told again. */
export function MadeInboxCard({ made, done }: { readonly made: MadeInbox; readonly done: () => void }): JSX.Element {
  const heading = useFocus<HTMLHeadingElement>();
  return (
    <section class="card" aria-labelledby="made-inbox">
      <h2 id="made-inbox" ref={heading} tabIndex={-1}>
        {made.inbox.name} is ready
      </h2>
      <p>
        This page needs no key. Programs do; theirs are shown <strong>this once</strong>. Each opens this inbox alone.
      </p>
      <h3>Reading key, for what is to read its items</h3>
      <CopyLine name="reading key" text={made.readingKey} />
      <h3>Managing key, for what is to make and revoke bells</h3>
      <CopyLine name="managing key" text={made.managingKey} />
      <div class="buttons">
        <button type="button" class="main" onClick={done}>
          Done
        </button>
      </div>
    </section>
  );
}
