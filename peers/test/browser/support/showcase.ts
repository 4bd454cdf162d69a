import assert from "node:assert/strict";

import type { WebHub } from "./web-hub.ts";

/** Gives a hub the bells and items of somebody's ordinary day. */
export async function fillShowcase(hub: WebHub): Promise<void> {
  const ring = async (address: string, text: string, headers: Record<string, string> = {}): Promise<void> => {
    const { ok } = await fetch(address, { method: "POST", body: text, headers });
    assert.ok(ok);
  };
  const backup = await hub.newBell("backup", { perMinute: 30 });
  const ci = await hub.newBell("ci", { expiresAt: Date.now() + 30 * 86_400_000 });
  const washing = await hub.newBell("washing machine");
  const door = await hub.newBell("front door", { ringsMax: 500 });
  await ring(ci.address, "2 of 611 tests failed:\n  a client that never reads\n  the board after a restart", {
    Title: "Build 4121 failed",
    Priority: "high",
    Tags: "main,node 22",
    Click: "https://ci.example.org/builds/4121",
  });
  await ring(washing.address, "The washing is done.", { Priority: "low" });
  await ring(backup.address, "12.4 GB in 7 min 12 s.", { Title: "Backup finished", Tags: "nas" });
  await ring(ci.address, "", { Title: "Build 4122 passed", Priority: "low", Tags: "main" });
  await ring(backup.address, "/srv is at 97 %. The next backup needs 11 GB; 6 GB are free.", {
    Title: "Disk almost full",
    Priority: "urgent",
    Tags: "nas,disk",
    Click: "https://nas.example.org/disks",
  });
  await ring(door.address, "Somebody is at the door.");
  await hub.ask("PATCH", `/v1/bells/${washing.bell.id}?inbox=1`, { paused: true });
}
