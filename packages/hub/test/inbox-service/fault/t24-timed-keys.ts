/**
 * Times refusals of keys of one kind in a process of its own, for T24: all but the last eight of a key's characters are
 * right, or hardly any.
 */
import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";

import { asked, measure } from "@doorbell-js/test-support/timing";

import { Rights } from "../../../src/inbox-service/opened.ts";
import type { KeyKind } from "../../../src/inbox/key.ts";
import { InboxWorld } from "../../support/inbox-world.ts";
import { alphabet, validKeys } from "./valid-keys.ts";

const [kind] = asked().words;
// Of many keys in turn: what is due to one key, or to where it lies, evens out, and a leak does not.
const worlds = await Promise.all(Array.from({ length: 8 }, () => InboxWorld.start()));
const doors = await Promise.all(
  worlds.map(async (world) => {
    const text = (await validKeys(world)).get(kind as KeyKind) ?? "";
    const prefix = text.length - 32;
    const heads = [alike(text, prefix), text].map((each) => Buffer.from(each.slice(0, prefix + 24)));
    return { rights: new Rights(world.store), heads };
  }),
);
measure({
  prepare(way) {
    const { rights, heads } = doors[randomInt(doors.length)] as (typeof doors)[number];
    return {
      rights,
      guess: decoded(Buffer.concat([heads[way] as Buffer, Buffer.from(randomBytes(6).toString("base64url"))])),
    };
  },
  run({ rights, guess }) {
    try {
      rights.onlyInbox(guess);
    } catch {
      return;
    }
    assert.fail("a guess was right");
  },
});
await Promise.all(worlds.map((world) => world[Symbol.asyncDispose]()));

/**
 * Another key with a capital letter, small letter or digit wherever this one has one: how long it takes to see that a text may be a key
 * depends on those, whichever are right.
 */
function alike(text: string, prefix: number): string {
  const other = (from: string): string => from.charAt(randomInt(from.length));
  const random = text
    .slice(prefix)
    .replace(/[A-Z]/g, () => other(alphabet.slice(0, 26)))
    .replace(/[a-z]/g, () => other(alphabet.slice(26, 52)))
    .replace(/\d/g, () => other(alphabet.slice(52, 62)));
  return text.slice(0, prefix) + random;
}

/** A text as it comes from outside: one that is part of another, or made of two, is read at another speed. */
function decoded(bytes: Buffer): string {
  return bytes.toString("latin1");
}
