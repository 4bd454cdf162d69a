/**
 * Rings a bell of a real store as fast as it can, eight at a time and in bursts, and writes what became of each ring to standard
 * output at once: `sent N`, `acked N SEQUENCE`, `refused N CODE`. It goes on until it is ended, its input is, or the store is
 * broken; then it closes the store. Arguments: the folder, the first N, how many at most.
 */
import { createHash, randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { crc32 } from "node:zlib";

import { openStore } from "../../../src/store/sql-store.ts";

const [folder = "", first = "1", most = "1000000"] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
const hash = (text: string): Uint8Array => createHash("sha256").update(text).digest();

process.on("unhandledRejection", (cause) => {
  say(`unhandled ${String(cause)}`);
  process.exit(70);
});

let isOver = false;
process.stdin.on("data", () => {}).on("end", () => (isOver = true));

const store = openStore({ folder }, { onFailed: (cause) => say(`failed ${String(cause)}`) });
const { inboxes } = store;
async function setUp(): Promise<void> {
  const retention = { itemsMax: 100_000, ageMaxMs: null, bytesMax: 2 ** 30, whenFull: "refuse" } as const;
  const keys = { readHash: hash("read"), manageHash: hash("manage") };
  const { id } = await inboxes.createInbox({ name: "me", ...keys, retention, at: Date.now() });
  const limits = { perMinute: 60, bytesMax: 4_096, ringsMax: null, expiresAt: null };
  await inboxes.createBell(id, { label: "backup", hash: hash("bell"), at: Date.now(), ...limits });
}
if (inboxes.bell(1) === undefined) await setUp().catch((cause: unknown) => say(`not set up: ${String(cause)}`));
say("open");

const last = Number(first) + Number(most);
let next = Number(first);
async function ring(): Promise<void> {
  while (!isOver && next < last) {
    const number = next++;
    const body = `${number} ${"x".repeat(number % 7 === 0 ? 3_000 : number % 50)}`;
    const publication = { text: `${body} ${crc32(body)}` };
    say(`sent ${number}`);
    try {
      const { item } = await inboxes.append({ inbox: 1, bell: 1, id: randomUUID(), at: Date.now(), publication });
      say(`acked ${number} ${item.sequence}`);
    } catch (error) {
      const { code = "none", message } = error as Error & { readonly code?: string };
      say(`refused ${number} ${code}`);
      if (/until the hub has opened/.test(message)) isOver = true;
      // What is refused is not tried again at once.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (number % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
await Promise.all(Array.from({ length: 8 }, ring));
try {
  await store[Symbol.asyncDispose]();
  say("closed");
} catch (error) {
  say(`not closed: ${String(error)}`);
}
process.exit();
