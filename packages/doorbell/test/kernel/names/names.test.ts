/** K23 to K26, between every two places that a server and who looks for it can be in, awaited and with threads parked. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { Kernel } from "../../../src/kernel/kernel.ts";
import type { Form } from "./actor.ts";
import { NameParty } from "./party.ts";

type Place = "main" | "worker";
const settings: readonly { readonly title: string; readonly owner: Place; readonly user: Place | "the owner" }[] = [
  { title: "server in main, user in a worker", owner: "main", user: "worker" },
  { title: "server in a worker, user in main", owner: "worker", user: "main" },
  { title: "both in workers", owner: "worker", user: "worker" },
  { title: "both in main", owner: "main", user: "the owner" },
];

/** None of these can be a name. */
const bad: Readonly<Record<string, string>> = {
  empty: "",
  "64 bytes": "x".repeat(64),
  "64 bytes in 32 characters": "é".repeat(32),
  "64 bytes in 16 characters": "🔔".repeat(16),
  "half a surrogate pair": "bell\ud83d",
  "the other half": "\udd14bell",
  "a NUL": "a\0b",
  "a line break": "a\nb",
  "an escape": "\u001b[2J",
  DEL: "\u007f",
  "a control character of C1": "\u009b",
  "no text": 7 as unknown as string,
};
const good = ["a", "x".repeat(63), `${"é".repeat(31)}x`, "🔔", " ", "\u{10ffff}", "__proto__", "a/b.c:d", "ﬁ", "Å"];

for (const { title, owner: ownerPlace, user: userPlace } of settings) {
  for (const form of ["await", "sync"] as const) {
    describe(`names, ${title}, ${form}`, () => {
      let kernel: Kernel;
      let owner: NameParty;
      let user: NameParty;
      before(async () => {
        kernel = await Kernel.start();
        owner = await party(kernel, ownerPlace, form);
        user = userPlace === "the owner" ? owner : await party(kernel, userPlace, form);
      });
      after(async () => {
        await owner[Symbol.asyncDispose]();
        await user[Symbol.asyncDispose]();
        await kernel.leave();
      });

      test("K23 a server is found by its name", async () => {
        await owner.did({ do: "register", name: "bell", server: 1 });
        const cid = await user.did({ do: "connect", name: "bell", handle: 1 });
        await user.did({ do: "send", handle: 1, id: 77 });
        assert.deepEqual(await owner.did({ do: "receive", server: 1 }), { id: 77, sender: user.thread });
        // K4: the same connection, by the name or by the id.
        assert.equal(await user.did({ do: "connect", name: "bell", handle: 2 }), cid);
        assert.equal(await user.did({ do: "try", name: "bell", handle: 3 }), cid);
        assert.equal(await user.did({ do: "connectSid", sid: await owner.sidOf(1), handle: 4 }), cid);
        for (const handle of [1, 2, 3, 4]) await user.did({ do: "disconnect", handle });
        await end(kernel, owner, 1);
        assert.equal(await user.did({ do: "try", name: "bell", handle: 1 }), "NotFound");
      });

      test("K23 a name is 1 to 63 bytes of UTF-8 without control characters", async () => {
        const sid = [1, 2, 3, 4] as const;
        for (const name of Object.values(bad)) {
          await owner.fails({ do: "register", name, server: 1 }, "InvalidString");
          await user.fails({ do: "connect", name, handle: 1 }, "InvalidString");
          await user.fails({ do: "try", name, handle: 1 }, "InvalidString");
          await owner.fails({ do: "unregister", name, sid }, "InvalidString");
        }
        assert.equal((await kernel.inspect()).servers.length, 0, "a server was made for a name that cannot be");
        // All at the same time: none is another.
        for (const [number, name] of good.entries()) await owner.did({ do: "register", name, server: number });
        for (const [number, name] of good.entries()) {
          await user.did({ do: "connect", name, handle: number });
          await user.did({ do: "send", handle: number, id: number });
          assert.deepEqual(await owner.did({ do: "receive", server: number }), { id: number, sender: user.thread });
        }
        assert.equal((await kernel.inspect()).names, good.length);
        for (const server of good.keys()) await end(kernel, owner, server);
        assert.equal((await kernel.inspect()).names, 0);
      });

      test("K24 the limit counts threads, and the two refusals are told apart", async () => {
        await using other = await NameParty.worker(kernel, form);
        for (const limit of [0, -1, 1.5, 2 ** 24 + 1, Number.NaN, "1" as unknown as number])
          await owner.fails({ do: "register", name: "one", server: 1, limit }, "InvalidArgument");
        assert.equal(await other.did({ do: "try", name: "one", handle: 1 }), "NotFound");
        await owner.did({ do: "register", name: "one", server: 1, limit: 1 });
        await user.did({ do: "connect", name: "one", handle: 1 });
        // Again from the same thread: no thread more.
        await user.did({ do: "connect", name: "one", handle: 2 });
        assert.equal(await other.did({ do: "try", name: "one", handle: 1 }), "LimitReached");
        await user.did({ do: "disconnect", handle: 1 });
        assert.equal(await other.did({ do: "try", name: "one", handle: 1 }), "LimitReached");
        await user.did({ do: "disconnect", handle: 2 });
        await until("the place is free", async () => {
          const tried = await other.did({ do: "try", name: "one", handle: 1 });
          return typeof tried === "number";
        });
        assert.equal(await user.did({ do: "try", name: "one", handle: 1 }), "LimitReached");
        await other.did({ do: "send", handle: 1, id: 5 });
        assert.deepEqual(await owner.did({ do: "receive", server: 1 }), { id: 5, sender: other.thread });
        await end(kernel, owner, 1);
        // No limit, in both ways of saying so; and the greatest.
        for (const limit of [null, undefined, 2 ** 24]) {
          await owner.did({ do: "register", name: "many", server: 2, ...(limit === undefined ? {} : { limit }) });
          for (const one of [user, other])
            assert.equal(typeof (await one.did({ do: "try", name: "many", handle: 9 })), "number");
          await end(kernel, owner, 2);
        }
      });

      test("K24 who waits for room is connected in turn, as threads leave and as they die", async () => {
        await owner.did({ do: "register", name: "room", server: 1, limit: 1 });
        await user.did({ do: "connect", name: "room", handle: 1 });
        const waiting = await Promise.all([1, 2, 3].map(() => NameParty.worker(kernel, form)));
        const order: number[] = [];
        const connects: Promise<unknown>[] = [];
        for (const [at, one] of waiting.entries()) {
          connects.push(one.did({ do: "connect", name: "room", handle: 1 }).then(() => order.push(at)));
          await until("it waits", async () => (await kernel.inspect()).waiting === at + 1);
        }
        // Who only tries does not pass those who wait.
        await user.did({ do: "disconnect", handle: 1 });
        await connects[0];
        assert.equal(await user.did({ do: "try", name: "room", handle: 1 }), "LimitReached");
        await (waiting[0] as NameParty)[Symbol.asyncDispose]();
        await connects[1];
        await (waiting[1] as NameParty).did({ do: "disconnect", handle: 1 });
        await connects[2];
        assert.deepEqual(order, [0, 1, 2]);
        assert.equal((await kernel.inspect()).waiting, 0);
        for (const one of waiting) await one[Symbol.asyncDispose]();
        await end(kernel, owner, 1);
      });

      test("K25 a name in use is refused, and the end of its server frees it", async () => {
        await owner.did({ do: "register", name: "taken", server: 1 });
        const before = await kernel.inspect();
        await user.fails({ do: "register", name: "taken", server: 2 }, "ServerExists");
        await until(
          "no server is left of it",
          async () => (await kernel.inspect()).servers.length === before.servers.length,
        );
        await end(kernel, owner, 1);
        await using third = await NameParty.worker(kernel, form);
        const waits = third.did({ do: "connect", name: "taken", handle: 1 });
        await until("it waits", async () => (await kernel.inspect()).waiting === 1);
        // Another server of that name comes; its thread dies; who waits stays waiting; and again.
        {
          await using fourth = await NameParty.worker(kernel, form);
          await fourth.did({ do: "register", name: "taken", server: 1, limit: 1 });
          await waits;
        }
        await until("it heard of the end", async () => (await third.did({ do: "alive", handle: 1 })) === false);
        const again = third.did({ do: "connect", name: "taken", handle: 2 });
        await until("it waits", async () => (await kernel.inspect()).waiting === 1);
        await user.did({ do: "register", name: "taken", server: 3 });
        await again;
        await third.did({ do: "send", handle: 2, id: 8 });
        assert.deepEqual(await user.did({ do: "receive", server: 3 }), { id: 8, sender: third.thread });
        await end(kernel, user, 3);
      });

      test("K25 unregistering takes the id; server and connections go on", async () => {
        await owner.did({ do: "register", name: "left", server: 1, limit: 1 });
        await user.did({ do: "connect", name: "left", handle: 1 });
        const sid = await owner.sidOf(1);
        const [a, b, c, d] = sid;
        await user.fails({ do: "unregister", name: "left", sid: [a, b, c, (d ^ 1) >>> 0] }, "NotFound");
        await user.fails({ do: "unregister", name: "nobody", sid }, "NotFound");
        assert.equal((await kernel.inspect()).names, 1);
        // Whoever holds it may, as it is all the authority.
        await user.did({ do: "unregister", name: "left", sid });
        await user.fails({ do: "unregister", name: "left", sid }, "NotFound");
        assert.equal(await user.did({ do: "try", name: "left", handle: 2 }), "NotFound");
        await user.did({ do: "send", handle: 1, id: 3 });
        assert.deepEqual(await owner.did({ do: "receive", server: 1 }), { id: 3, sender: user.thread });
        // The name is free for another.
        await user.did({ do: "register", name: "left", server: 2 });
        await end(kernel, user, 2);
        await owner.did({ do: "destroy", server: 1 });
      });

      test("K26 trustedInitDone is true once every limited name is exactly full", async () => {
        await using other = await NameParty.worker(kernel, form);
        assert.equal(await user.did({ do: "done" }), true);
        await owner.did({ do: "register", name: "open", server: 1 });
        assert.equal(await user.did({ do: "done" }), true);
        await owner.did({ do: "register", name: "one", server: 2, limit: 1 });
        await owner.did({ do: "register", name: "two", server: 3, limit: 2 });
        assert.equal(await user.did({ do: "done" }), false);
        await user.did({ do: "connect", name: "one", handle: 1 });
        await user.did({ do: "connect", name: "two", handle: 2 });
        assert.equal(await user.did({ do: "done" }), false);
        await other.did({ do: "connect", name: "two", handle: 2 });
        assert.equal(await user.did({ do: "done" }), true);
        assert.equal(await other.did({ do: "done" }), true);
        // Past the limit, by the id: exactly full it is not any more.
        await other.did({ do: "connectSid", sid: await owner.sidOf(2), handle: 1 });
        assert.equal(await other.did({ do: "done" }), false);
        await other.did({ do: "disconnect", handle: 1 });
        await until("it is full again", async () => (await other.did({ do: "done" })) === true);
        await other.did({ do: "disconnect", handle: 2 });
        await until("it is full no more", async () => (await other.did({ do: "done" })) === false);
        for (const server of [3, 2, 1]) await end(kernel, owner, server);
        assert.equal(await other.did({ do: "done" }), true);
      });
    });
  }
}

/** Ends a server with a name, and waits until the kernel has heard of it: another thread might be heard sooner. */
async function end(kernel: Kernel, of: NameParty, server: number): Promise<void> {
  const { names } = await kernel.inspect();
  await of.did({ do: "destroy", server });
  await until("its name is free", async () => (await kernel.inspect()).names === names - 1);
}

async function party(kernel: Kernel, place: Place, form: Form): Promise<NameParty> {
  return place === "main" ? NameParty.main(kernel, form) : await NameParty.worker(kernel, form);
}
