/** A worker that plays an end of one scenario after another. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { playAll } from "../support/play-all.ts";
import { play, type Role } from "./play.ts";

await playAll(async (kernel, what) => {
  const { role, sid } = what as { readonly role: Role; readonly sid: SidWords };
  await play(kernel, Sid.from(sid), role);
});
