import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import type { Model, View } from "../core/index.ts";
import { Brand } from "./brand.tsx";
import { Connection } from "./connection.tsx";
import { Icon } from "./icon.tsx";
import { NewInbox } from "./new-inbox.tsx";
import type { Notifier } from "./notifier.ts";
import { NotifyButton } from "./notify-button.tsx";
import { SideLink } from "./side-link.tsx";
import { iconOfSource, titleOfSource } from "./source-names.ts";

interface Props {
  readonly model: Model;
  readonly view: View;
  readonly notifier: Notifier;
  readonly isOpen: boolean;
  readonly showKeys: () => void;
}

/** Where one can go, and what is the same everywhere. */
export function Side({ model, view, notifier, isOpen, showKeys }: Props): JSX.Element {
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
