/** T37: whatever one inbox is asked for, another's ring is stored, and another's item read, between two steps of it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import type { StoredBell } from "../../../src/store/store.ts";
import { StoreByHand } from "../../support/store-by-hand.ts";

/** Enough for several steps of all that is done in steps. */
const ITEMS = 1_500;
/** A step takes away no more than so many rows. */
const STEP_MAX = 256;
/** A group stores no more than so many: each takes a millisecond here, and a group has twenty. */
const GROUP_MAX = 21;

/** Somebody asks this of an inbox that is full of items. */
interface Work {
  readonly kept?: { readonly itemsMax?: number; readonly ageMaxMs?: number };
  /** Begins it; what it gives tells whether it is over, if it ever is. */
  begin(store: StoreByHand, busy: StoredBell): (() => boolean) | undefined;
}

const works: Readonly<Record<string, Work>> = {
  "reads page after page, eight at a time": {
    begin: (store, { inbox }) => {
      for (let reader = 0; reader < 8; reader += 1) {
        const read = (): void => void store.inboxes.page(inbox, { limit: 100 }).then(read);
        read();
      }
      return undefined;
    },
  },
  "searches for what is not there, eight at a time": {
    begin: (store, { inbox }) => {
      const search = async (): Promise<never> => {
        for (let before: number | undefined; ;)
          ({ next: before } = await store.inboxes.page(inbox, {
            search: "nowhere",
            ...(before !== undefined && { before }),
          }));
      };
      for (let reader = 0; reader < 8; reader += 1) void search();
      return undefined;
    },
  },
  "lists bells, again and again": {
    begin: (store, { inbox }) => {
      const read = (): void => void store.inboxes.bells(inbox, 0, 64).then(read);
      for (let reader = 0; reader < 8; reader += 1) read();
      return undefined;
    },
  },
  "rings without end, a thousand at a time": {
    begin: (store, busy) => {
      for (let ringer = 0; ringer < 1_000; ringer += 1) {
        const ring = (): void => void store.ring(busy, "flood").then(ring);
        ring();
      }
      return undefined;
    },
  },
  "keeps one item instead of all": {
    begin: (store, { inbox }) => {
      const { retention, newest } = store.inboxes.inbox(inbox) ?? assert.fail();
      void store.inboxes.changeInbox(inbox, { retention: { ...retention, itemsMax: 1 } });
      return () => store.inboxes.inbox(inbox)?.oldest === newest;
    },
  },
  "is deleted": {
    begin: (store, { inbox }) => {
      void store.inboxes.deleteInbox(inbox);
      return () => store.rows < 10;
    },
  },
  "lets go of what is too old": {
    kept: { ageMaxMs: 1_000 },
    begin: (store, { inbox }) => {
      const { newest } = store.inboxes.inbox(inbox) ?? assert.fail();
      store.clock.advance(2_000);
      void store.inboxes.prune();
      return () => store.inboxes.inbox(inbox)?.oldest === newest + 1;
    },
  },
  "revokes a bell whose idempotency keys are remembered, and all of whose items have gone": {
    kept: { itemsMax: 1 },
    begin: (store, busy) => {
      void store.inboxes.revokeBell(busy);
      return () => store.rows < 10;
    },
  },
};

for (const [what, { kept, begin }] of Object.entries(works))
  test(`T37 one ${what}: another's ring and another's page are between two steps of it`, async (t) => {
    using store = new StoreByHand();
    const busy = await store.bell((await store.inbox("busy", { itemsMax: 10_000, ...kept })).id, "busy");
    const honest = await store.bell((await store.inbox("honest")).id, "honest");
    const filling = Array.from({ length: ITEMS }, (_, item) => store.ring(busy, `item ${item}`, String(item)));
    await store.done(Promise.all(filling));
    // One that was rung last, so that the busy one has none of its own.
    if (kept?.itemsMax === 1) {
      const last = await store.bell(busy.inbox, "last");
      await store.done(store.ring(last, "last"));
    }
    store.droppedMost = 0;
    store.storedMost = 0;
    const isOver = begin(store, busy);
    let [ringMost, readMost] = [0, 0];
    for (let times = 0; times < 2; times += 1) {
      await store.turn();
      const ring = await store.done(store.ring(honest, "honest"));
      const read = await store.done(store.inboxes.page(honest.inbox, { limit: 1 }));
      assert.equal(read.value.items[0]?.sequence, ring.value.item.sequence);
      [ringMost, readMost] = [Math.max(ringMost, ring.turns), Math.max(readMost, read.turns)];
    }
    assert.notEqual(isOver?.(), true, "it was over before anybody could have waited for it");
    // A group of writes goes before each but for the time of the reads, which is five looks at the time.
    assert(ringMost <= 7, `a ring waited for ${ringMost} turns`);
    assert(readMost <= 3, `a page waited for ${readMost} turns`);
    assert(store.droppedMost <= STEP_MAX, `a turn took ${store.droppedMost} rows away`);
    assert(store.storedMost <= GROUP_MAX, `a turn stored ${store.storedMost} items`);
    while (isOver?.() === false) assert(await store.turn(), "it ended before it was over");
    report(
      t,
      `T37 one ${what}: a ring waited ${ringMost} turns, a page ${readMost}, a step took ${store.droppedMost} rows`,
    );
  });
