import { type ReadonlySignal, signal } from "@preact/signals-core";

import type { Bell } from "../../inbox/index.ts";
import type { Api, BellChange, NewBell } from "./api.ts";
import { messageOf } from "./failure.ts";
import type { MadeBell, RingsOfHour } from "./wire.ts";

/** The bells of one inbox. What fails rejects with `Failure`, unless it says otherwise. */
export class BellsView {
  readonly inbox: number;
  readonly #api: Api;
  readonly #bells = signal<readonly Bell[] | undefined>(undefined);
  readonly #made = signal<MadeBell | undefined>(undefined);
  readonly #failure = signal("");

  constructor(api: Api, inbox: number) {
    this.inbox = inbox;
    this.#api = api;
  }

  /** Those that are not revoked, the newest first; undefined until they are known. */
  get bells(): ReadonlySignal<readonly Bell[] | undefined> {
    return this.#bells;
  }

  /** The bell that was made last, until its address was put away. */
  get made(): ReadonlySignal<MadeBell | undefined> {
    return this.#made;
  }

  /** Why the bells are not known. */
  get failure(): ReadonlySignal<string> {
    return this.#failure;
  }

  /** Asks for the bells anew; a failure is told by `failure`. */
  async load(): Promise<void> {
    try {
      const bells = await this.#api.bells(this.inbox);
      this.#bells.value = bells.filter(({ state }) => state !== "revoked").toSorted((a, b) => b.id - a.id);
      this.#failure.value = "";
    } catch (cause) {
      this.#failure.value = messageOf(cause);
    }
  }

  async create(bell: NewBell): Promise<void> {
    const made = await this.#api.createBell(this.inbox, bell);
    this.#made.value = made;
    this.#bells.value = [made.bell, ...(this.#bells.value ?? []).filter(({ id }) => id !== made.bell.id)];
  }

  /** The address of the new bell was seen: it is not shown again. */
  putAway(): void {
    this.#made.value = undefined;
  }

  async change(id: number, change: BellChange): Promise<void> {
    const bell = await this.#api.changeBell(this.inbox, id, change);
    this.#bells.value = this.#bells.value?.map((old) => (old.id === id ? { ...old, ...bell } : old));
  }

  async revoke(id: number): Promise<void> {
    await this.#api.revokeBell(this.inbox, id);
    this.#bells.value = this.#bells.value?.filter((bell) => bell.id !== id);
    if (this.#made.value?.bell.id === id) this.putAway();
  }

  /** How often it was rung, by the hour. */
  async rings(id: number): Promise<readonly RingsOfHour[]> {
    return (await this.#api.bell(this.inbox, id)).ringsByHour;
  }
}
