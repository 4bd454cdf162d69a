/** A public face of the server that is called. */
import { blockingScalar, face, Kernel, lend, Sid, service } from "@doorbell-js/doorbell/kernel";

import { Id, type Job } from "../job.ts";

const Behind = service({ scalar: blockingScalar(Id.scalar), lend: lend(Id.lend) });
const InFront = service({ scalar: blockingScalar(Id.scalar + 1), lend: lend(Id.lend + 1) });

const kernel = await Kernel.join();
const { sid, behind } = kernel.data as Job;
const target = await kernel.connect(Sid.from(behind?.sid ?? []), Behind);
const server = await kernel.createServer(InFront, { sid: Sid.from(sid) });
await face(InFront, Behind, { scalar: "scalar", lend: "lend" }).serve(server, target);
