import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Bell } from "../../inbox/types.ts";
import { type MadeBell, messageOf, type RingsOfHour } from "../core/api.ts";
import {
  type BellForm,
  bellOf,
  type BellsView,
  CHART_HOURS,
  chartOf,
  flawOfLabel,
  type Flaws,
  LIVES,
} from "../core/bells-view.ts";
import type { View } from "../core/model.ts";
import { curlLine, fromNow, shownLine } from "../core/text.ts";
import { useFocus, useTitle } from "./browser.ts";
import { Dialog, Field, FormButtons, LineForm } from "./forms.tsx";
import { InboxHead } from "./items-page.tsx";
import { CopyLine, QrPicture } from "./parts.tsx";

/** The bells of an inbox: who may ring, and how often they did. */
export function BellsPage({ view }: { readonly view: View }): JSX.Element {
  const { bells, items, inbox } = view;
  const isMaking = useSignal(false);
  const { newest } = items.feed.value;
  const isLive = items.state.value.kind === "live";
  // A ring changes what there is to say of its bell; so may have happened whatever while the hub was away.
  useEffect(() => {
    if (isLive) void bells.load();
  }, [newest, isLive]);
  useTitle(`Bells of ${inbox.name}`);
  const list = bells.bells.value;
  const made = bells.made.value;
  return (
    <>
      <InboxHead view={view} />
      {made !== undefined && (
        <MadeBellCard key={made.bell.id} made={made} hasTwin={bells.hasTwin(made.bell)} done={() => bells.putAway()} />
      )}
      {isMaking.value ? (
        <NewBell bells={bells} close={() => (isMaking.value = false)} />
      ) : (
        <div class="buttons">
          <button type="button" id="new-bell" class="main" onClick={() => (isMaking.value = true)}>
            New bell
          </button>
        </div>
      )}
      {bells.failure.value !== "" && (
        <p role="alert" class="flaw">
          {bells.failure.value}
        </p>
      )}
      {list?.length === 0 && made === undefined && (
        <div class="empty">
          <p>No bells yet.</p>
          <p>Whoever has a bell can ring it, and do nothing else: not read, not see who else rings.</p>
        </div>
      )}
      <ul class="bells">
        {list?.map((bell) => (
          <li key={bell.id}>
            <BellCard bell={bell} bells={bells} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The address of a new bell, which nobody can be told again. */
function MadeBellCard({
  made,
  hasTwin,
  done,
}: {
  readonly made: MadeBell;
  readonly hasTwin: boolean;
  readonly done: () => void;
}): JSX.Element {
  const heading = useFocus<HTMLHeadingElement>();
  return (
    <section class="card made" aria-labelledby="made">
      <div>
        <h2 id="made" ref={heading} tabIndex={-1}>
          <bdi>{shownLine(made.bell.label)}</bdi> is ready
        </h2>
        <p>
          Whoever has this address can ring it. It is shown <strong>this once</strong>: give it away, or keep it, now.
        </p>
        {hasTwin && <p>Another bell has this label, too. Rename one of them to tell their items apart.</p>}
        <h3>Address</h3>
        <CopyLine name="address" text={made.address} />
        <h3>At a shell</h3>
        <CopyLine name="curl command" text={curlLine(made.address)} />
        <div class="buttons">
          <button type="button" class="main" onClick={done}>
            Done
          </button>
        </div>
      </div>
      <QrPicture text={made.address} />
    </section>
  );
}

/** Asks what a new bell is to be. */
function NewBell({ bells, close }: { readonly bells: BellsView; readonly close: () => void }): JSX.Element {
  const form = useSignal(FRESH);
  const flaws = useSignal<Flaws>({});
  const refusal = useSignal("");
  const isBusy = useSignal(false);
  const first = useFocus<HTMLInputElement>();
  const set = (change: Partial<BellForm>): void => void (form.value = { ...form.value, ...change });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const asked = bellOf(form.value, Date.now());
    flaws.value = "flaws" in asked ? asked.flaws : {};
    if ("flaws" in asked || isBusy.value) return;
    isBusy.value = true;
    try {
      await bells.create(asked.bell);
      close();
    } catch (cause) {
      refusal.value = messageOf(cause);
      isBusy.value = false;
    }
  };
  const { label, perMinute, ringsMax, life } = form.value;
  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate aria-label="New bell">
      <h2>New bell</h2>
      <Field
        label="Who or what will ring it"
        hint="You see this with each item; whoever rings does not."
        flaw={flaws.value.label}
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={first}
            value={label}
            onInput={(event) => set({ label: event.currentTarget.value })}
            placeholder="backup"
            autoComplete="off"
          />
        )}
      </Field>
      <div class="fields">
        <Field label="Rings a minute" flaw={flaws.value.perMinute}>
          {(attributes) => (
            <input
              {...attributes}
              inputMode="numeric"
              value={perMinute}
              onInput={(event) => set({ perMinute: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Rings in all" flaw={flaws.value.ringsMax}>
          {(attributes) => (
            <input
              {...attributes}
              inputMode="numeric"
              value={ringsMax}
              placeholder="No limit"
              onInput={(event) => set({ ringsMax: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="It ends">
          {(attributes) => (
            <select {...attributes} value={life} onChange={(event) => set({ life: event.currentTarget.value })}>
              {Object.entries(LIVES).map(([key, { says }]) => (
                <option key={key} value={key}>
                  {says}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {refusal.value !== "" && (
        <p role="alert" class="flaw">
          {refusal.value}
        </p>
      )}
      <FormButtons verb="Make the bell" isBusy={isBusy.value} close={close} />
    </form>
  );
}

const FRESH: BellForm = { label: "", perMinute: "60", ringsMax: "", life: "ever" };

/** One bell: how it does, and what can be done with it. */
function BellCard({ bell, bells }: { readonly bell: Bell; readonly bells: BellsView }): JSX.Element {
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

const STATES: Readonly<Record<Bell["state"], string>> = {
  active: "",
  paused: "Paused",
  expired: "Expired",
  usedUp: "Used up",
  revoked: "Revoked",
};

interface RenameBellProps {
  readonly bell: Bell;
  readonly bells: BellsView;
  readonly close: () => void;
}

/** A new label for a bell. Items that are there keep the one that they came under. */
function RenameBell({ bell, bells, close }: RenameBellProps): JSX.Element {
  return (
    <LineForm
      label="New label"
      start={bell.label}
      verb="Rename"
      flawOf={flawOfLabel}
      save={(label) => bells.change(bell.id, { label: label.trim() })}
      close={close}
      input={{ onKeyDown: (event) => event.key === "Escape" && close() }}
    />
  );
}

/** What there is to say of a bell, each in a few words. */
function bellFacts(bell: Bell, now: number): readonly string[] {
  const { rings, ringsMax, refused, lastRangAt, perMinute, expiresAt } = bell;
  const facts = [ringsMax === null ? `${rings} ${rings === 1 ? "ring" : "rings"}` : `${rings} of ${ringsMax} rings`];
  if (lastRangAt !== null) facts.push(`last ${fromNow(lastRangAt, now)}`);
  if (refused > 0) facts.push(`${refused} refused`);
  facts.push(`up to ${perMinute} a minute`);
  if (expiresAt !== null) facts.push(`${expiresAt > now ? "ends" : "ended"} ${fromNow(expiresAt, now)}`);
  return facts;
}

/** How often a bell was rung. It is asked for once the bell is in sight: there may be a thousand of them. */
function RingChart({ bell, bells }: { readonly bell: Bell; readonly bells: BellsView }): JSX.Element {
  const rings = useSignal<readonly RingsOfHour[] | undefined>(undefined);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const load = (): void =>
      void bells.rings(bell.id).then(
        (known) => (rings.value = known),
        () => {},
      );
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      load();
    });
    if (place.current !== null) watch.observe(place.current);
    return () => watch.disconnect();
  }, [bell.rings]);
  const { bars, total, text } = chartOf(rings.value ?? [], Date.now());
  const said = rings.value === undefined ? "" : text;
  return (
    <figure ref={place} class="chart">
      {total > 0 && (
        <svg
          viewBox={`0 0 ${CHART_HOURS * STEP - 1} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={text}
        >
          {bars.map(({ index, rings, height }) => {
            const tall = rings === 0 ? 1 : Math.max(3, Math.round(height * HEIGHT));
            return (
              <rect
                key={index}
                class={rings === 0 ? "none" : "some"}
                x={index * STEP}
                y={HEIGHT - tall}
                width={STEP - 1}
                height={tall}
              />
            );
          })}
        </svg>
      )}
      <figcaption aria-hidden={total > 0}>{total > 0 ? `Rings by the hour, ${CHART_HOURS} hours` : said}</figcaption>
    </figure>
  );
}

const HEIGHT = 32;
const STEP = 5;

interface RevokeDialogProps {
  readonly label: string;
  readonly revoke: () => void;
  readonly close: () => void;
}

function RevokeDialog({ label, revoke, close }: RevokeDialogProps): JSX.Element {
  return (
    <Dialog
      close={close}
      title={
        <>
          Revoke <bdi>{label}</bdi>?
        </>
      }
    >
      <p>Its address stops working at once, for everybody who has it, and for good. Its items stay.</p>
      <form method="dialog" class="buttons">
        <button type="submit">Keep it</button>
        <button type="submit" class="danger solid" onClick={revoke}>
          Revoke
        </button>
      </form>
    </Dialog>
  );
}
