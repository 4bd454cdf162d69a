/** A server on a thread of its own, called from another. `node examples/dist/counter-main.js` */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { Counter } from "./counter.ts";

await using kernel = await Kernel.start();
const sid = Sid.random(); // whoever has it can connect, and nobody else
await using _thread = await kernel.spawn(new URL("./counter-thread.js", import.meta.url), { data: sid.words() });

using counter = await kernel.connect(sid, Counter);
await counter.add(2);
await counter.add(3);
console.log(await counter.total(), counter.totalSync());
