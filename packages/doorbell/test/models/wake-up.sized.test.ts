/** The model of how threads sleep and wake each other is right in every state it can reach, and finds planted faults. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import { assertRight, verify } from "../support/client-spin.ts";
import { spinMissing } from "../support/needs.ts";

const needs = { skip: spinMissing };

type Size = Readonly<Record<string, number>>;

// What a thread's program may do, in the bits of MAY.
const AWAITS = 5;
const BLOCKS = 10;
const AWAITS_SENDS = 1;
const BLOCKS_TO_SEND = 2;
const AWAITS_NEWS = 4;
const BLOCKS_FOR_NEWS = 8;

/** Two senders and the kernel, to one thread. */
const told = (more: Size = {}): Size => ({ SCENE: 1, MESSAGES: 1, NEWS: 0, ...more });
/** Two threads that send to each other, with places for one message each way. */
const mutual = (more: Size = {}): Size => ({ SCENE: 2, MESSAGES: 2, ...more });
/** A thread that waits for what comes once its sender has had room. */
const inTurn = (more: Size): Size => ({ SCENE: 3, MESSAGES: 4, NEWS: 0, PEER_MAY: BLOCKS_TO_SEND, ...more });

const sizes: readonly Size[] = sized(
  [told()],
  [
    told(),
    told({ NEWS: 1, MAY: BLOCKS }),
    told({ MAY: BLOCKS, BUSY: 1 }),
    mutual({ PEER_MAY: BLOCKS }),
    mutual({ MAY: BLOCKS, BUSY: 1 }),
    inTurn({ MAY: AWAITS_NEWS, BUSY: 1 }),
    inTurn({ MAY: BLOCKS_FOR_NEWS, MESSAGES: 5 }),
    inTurn({ MAY: BLOCKS_FOR_NEWS, MESSAGES: 3, PEER_MAY: AWAITS_SENDS }),
  ],
);
const claims: readonly Size[] = sized(
  [told({ MAY: BLOCKS })],
  [
    told({ MAY: BLOCKS }),
    mutual({ MAY: BLOCKS }),
    mutual({ MAY: AWAITS, MESSAGES: 1 }),
    inTurn({ MAY: BLOCKS_FOR_NEWS, MESSAGES: 2 }),
  ],
);

/** The faults in the order of their numbers in the model, each with a size in which it shows. */
const faults: readonly (readonly [string, Size])[] = [
  ["the flag is set after the last look", told()],
  ["the sender reads the flag before it publishes", told()],
  ["the sleeper waits on a lane's tail, and not on the flag", told()],
  ["the kernel's word is a mark that is cleared when its line is empty", told({ NEWS: 1 })],
  ["one waiter is notified, and not all", told()],
  ["the receiver looks whether room is wanted before it gives some", inTurn({ MAY: BLOCKS_FOR_NEWS, MESSAGES: 2 })],
  ["who wants room asks for it, and does not look again", mutual({ PEER_MAY: BLOCKS })],
  ["who is parked for room takes nothing meanwhile", mutual({ MAY: BLOCKS })],
  ["a blocking call ends without a word about the event loop's wait", mutual({ PEER_MAY: BLOCKS })],
  ["places that are too few to be told at once are never told", inTurn({ MAY: BLOCKS_FOR_NEWS, MESSAGES: 5 })],
  ["they are told when something else makes the thread look", inTurn({ MAY: AWAITS_NEWS, BUSY: 1 })],
  ["the kernel notifies only if it cleared the flag itself", told()],
];
const planted = faults.slice(0, sized(2, faults.length));

test(
  "every interleaving of sleeping and waking: no wake-up lost, no queue overrun, no run without an end",
  needs,
  (t) => {
    const states = assertRight("wake_up", { safety: sizes, claim: claims });
    report(t, `T05 model of wake-ups: 0 errors in ${states} states, ${planted.length} faults planted below`);
  },
);

for (const [index, [name, size]] of planted.entries())
  test(`found when planted: ${name}`, needs, () => {
    const { errors, report: said } = verify("wake_up", { what: "safety", defines: { ...size, BUG: index + 1 } });
    assert.ok(errors >= 1, said);
    assert.match(said, /assertion violated \(left==0\)/);
  });
