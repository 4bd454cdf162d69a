/** T24 over HTTP: keys and addresses that are nearly right are as wrong as any. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import { said } from "../../support/asking.ts";
import { HttpHub } from "../../support/http-hub.ts";

test("T24 guesses and flipped bits open nothing, with one and the same answer", { timeout: 180_000 }, async (t) => {
  await using hub = await HttpHub.start({ limits: { wrongPerMinute: 1_000_000 } });
  const bell = (await hub.newBell()).slice("/b/".length);
  const answers = new Map<string, number>();
  let tries = 0;
  const tryWith = async (what: "key" | "bell", secret: string): Promise<void> => {
    const response =
      what === "key" ? await hub.ask("/v1/items", { key: secret }) : await hub.ask(`/b/${secret}`, { body: "x" });
    const text = `${what} ${response.status} ${await response.text()}`;
    answers.set(text, (answers.get(text) ?? 0) + 1);
    tries += 1;
  };
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const flipped = (secret: string, from: number): string[] =>
    Array.from(secret.slice(from), (letter, index) => {
      const other = letters[(letters.indexOf(letter) + 1) % 64] ?? "A";
      return secret.slice(0, from + index) + other + secret.slice(from + index + 1);
    });
  for (const secret of flipped(bell, 0)) await tryWith("bell", secret);
  for (const key of [hub.read, hub.owner])
    for (const secret of flipped(key, key.indexOf("_") + 1)) await tryWith("key", secret);
  const count = sized(150, 1_000);
  for (let n = 0; n < count; n += 1) {
    const random = randomBytes(24).toString("base64url");
    await tryWith("bell", random);
    await tryWith("key", `${["read", "owner", "session"][n % 3]}_${random}`);
  }
  // One that was right and is not any more, and one of a thing that is gone.
  const made = await said(hub.ask("/v1/bells", { key: hub.manage, json: { label: "gone" } }));
  const { id } = made["bell"] as { readonly id: number };
  assert.equal((await hub.ask(`/v1/bells/${id}`, { key: hub.manage, method: "DELETE" })).status, 204);
  await tryWith("bell", String(made["address"]).slice(-32));
  assert.equal(answers.size, 2, `not one answer for each kind: ${JSON.stringify([...answers])}`);
  assert.match([...answers.keys()].join("\n"), /bell 404 .*UnknownBell/);
  assert.match([...answers.keys()].join("\n"), /key 401 .*AccessDenied/);
  assert.deepEqual(await hub.items(), []);
  report(t, `T24 http: ${tries} guesses, 0 opened anything, one answer for all keys and one for all bells`);
});
