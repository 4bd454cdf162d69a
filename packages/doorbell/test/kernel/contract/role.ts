/** A worker that plays one end of a scenario. */
import { Kernel, Sid, type SidWords } from "../../../src/kernel/index.ts";
import { play, type Role } from "./play.ts";

const kernel = await Kernel.join();
const { role, sid } = kernel.data as { readonly role: Role; readonly sid: SidWords };
await play(kernel, Sid.from(sid), role);
await kernel.leave();
