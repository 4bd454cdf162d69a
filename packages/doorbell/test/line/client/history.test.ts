import assert from "node:assert/strict";
import { test } from "node:test";

import { again, runs } from "@doorbell-js/test-support/seed";
import * as fc from "fast-check";

import { History } from "../../../src/line/client/items.ts";

const REPLAYED = 100;

/** What one session reads of a board: where it begins, and how many items are put on the board before each read. */
interface Sitting {
  readonly reads: number;
  readonly posts: readonly number[];
}

/** A reader of a board over sessions: each begins with the board's last 100. Whether a read drained is told by settling. */
function read(
  sittings: readonly Sitting[],
  text: (n: number) => string,
): { received: string[]; board: string[]; decidable: boolean } {
  const board: string[] = [];
  const received: string[] = [];
  const history = new History();
  let decidable = true;
  /** How many items of the board have come to the client, held back or not. */
  let upTo = 0;
  for (const [session, { reads, posts }] of sittings.entries()) {
    if (session > 0) history.resume();
    board.push(...Array.from({ length: posts[0] ?? 0 }, (_, i) => text(board.length + i)));
    let at = Math.max(0, board.length - REPLAYED);
    if (at > upTo) decidable = false;
    for (let n = 1; n <= reads; n++) {
      const item = board[at];
      received.push(...(item === undefined ? history.settle() : history.offer(item)));
      if (item !== undefined) at += 1;
      if (!history.isUndecided) upTo = Math.max(upTo, at);
      board.push(...Array.from({ length: posts[n] ?? 0 }, (_, i) => text(board.length + i)));
    }
    // As the client does: what may be known is read on until that is decided.
    while (history.isUndecided)
      received.push(...(board[at] === undefined ? history.settle() : history.offer(board[at++] ?? "")));
    upTo = Math.max(upTo, at);
  }
  return { received, board: board.slice(0, upTo), decidable };
}

const sitting = (postsMax: number): fc.Arbitrary<Sitting> =>
  fc.record({ reads: fc.nat(12), posts: fc.array(fc.nat(postsMax), { maxLength: 8 }) });

test(`history: of a board with repeated texts nothing is lost or repeated while all of it is given again (${again})`, () => {
  fc.assert(
    fc.property(
      fc.array(sitting(2), { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.constantFrom("a", "b")),
      (sittings, texts) => {
        const { received, board, decidable } = read(sittings, () => texts.next().value as string);
        fc.pre(board.length <= REPLAYED);
        assert.ok(decidable);
        assert.deepEqual(received, board);
      },
    ),
    runs(2_000),
  );
});

test(`history: with texts that differ, nothing is lost or repeated however long the board is (${again})`, () => {
  fc.assert(
    fc.property(fc.array(sitting(30), { minLength: 2, maxLength: 6 }), (sittings) => {
      const { received, board, decidable } = read(sittings, (n) => `ad ${n}`);
      assert.equal(new Set(received).size, received.length, "none twice");
      if (decidable) assert.deepEqual(received, board.slice(board.length - received.length), "none left out");
    }),
    runs(1_000),
  );
});

/** The rule without its bookkeeping: the longest beginning of the session that is the end of what is known. */
function naive(known: readonly string[], session: readonly string[]): readonly string[] {
  for (let length = Math.min(known.length, session.length, REPLAYED); length > 0; length--)
    if (session.slice(0, length).join("\n") === known.slice(-length).join("\n")) return session.slice(length);
  return session;
}

test(`history: what it decides item by item is what it would decide having seen the whole session (${again})`, () => {
  const texts = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 130 });
  fc.assert(
    fc.property(texts, texts, (known, session) => {
      const history = new History();
      for (const item of known) assert.deepEqual(history.offer(item), [item], "in the first session all is new");
      history.resume();
      const fresh = session.flatMap((item) => history.offer(item));
      if (history.isUndecided) fresh.push(...history.settle());
      assert.deepEqual(fresh, naive(known.slice(-REPLAYED), session));
    }),
    runs(2_000),
  );
});

test("history: a session that is lost before it was decided changes nothing", () => {
  const history = new History();
  for (const item of ["a", "b", "c"]) history.offer(item);
  for (let times = 0; times < 3; times++) {
    history.resume();
    assert.deepEqual([history.offer("a"), history.offer("b"), history.isUndecided], [[], [], true]);
  }
  history.resume();
  assert.deepEqual(
    ["a", "b", "c", "d"].map((item) => history.offer(item)),
    [[], [], [], ["d"]],
  );
});

test("history: of a source that has only its newest, the last one is known, and no other", () => {
  const history = new History(1);
  for (const item of ["5", "7", "5"]) history.offer(item);
  history.resume();
  assert.deepEqual([history.offer("5"), history.isUndecided], [[], false]);
  history.resume();
  assert.deepEqual(history.offer("7"), ["7"]);
});
