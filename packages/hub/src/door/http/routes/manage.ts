import type { FastifyInstance, FastifyRequest } from "fastify";

import type { Access, Bell, BellLimits, Inbox, Retention } from "../../../inbox/index.ts";
import { accessOf } from "../authorization.ts";
import { counted, type Door } from "../door.ts";
import { numberOf } from "../events/index.ts";
import { bellChange, inboxChange, keyChoice, newBell } from "./schemas.ts";

type BellChange = Partial<BellLimits> & { readonly label?: string; readonly paused?: boolean };

/** An inbox and its bells, for who manages it. */
export function addManaging(app: FastifyInstance, door: Door): void {
  const { inboxes, origins } = door;
  const access = (request: FastifyRequest): Access => accessOf(request, "manage");
  const idOf = (request: FastifyRequest): number => numberOf((request.params as { readonly id: string }).id, "a bell");

  app.get("/v1/inbox", (request, reply) => counted(door, request, reply, () => theInbox(door, access(request))));
  app.patch("/v1/inbox", { schema: { body: inboxChange } }, (request, reply) =>
    counted(door, request, reply, () =>
      inboxes.changeInbox(
        access(request),
        request.body as { readonly name?: string; readonly retention?: Partial<Retention> },
      ),
    ),
  );
  app.post("/v1/inbox/keys", { schema: { body: keyChoice } }, (request, reply) =>
    counted(door, request, reply, async () => {
      const { which } = request.body as { readonly which: "read" | "manage" };
      return { key: await inboxes.renewKey(access(request), which) };
    }),
  );

  app.get("/v1/bells", (request, reply) =>
    counted(door, request, reply, async () => ({ bells: await inboxes.bells(access(request)) })),
  );
  app.post("/v1/bells", { schema: { body: newBell } }, (request, reply) =>
    counted(door, request, reply, async () => {
      const wanted = request.body as { readonly label: string } & Partial<BellLimits>;
      const { bell, token } = await inboxes.createBell(access(request), wanted);
      void reply.code(201);
      return { bell, address: `${origins().url}/b/${token}` };
    }),
  );
  app.get("/v1/bells/:id", (request, reply) =>
    counted(door, request, reply, () => inboxes.bell(access(request), idOf(request))),
  );
  app.patch("/v1/bells/:id", { schema: { body: bellChange } }, (request, reply) =>
    counted(door, request, reply, (): Promise<Bell> =>
      inboxes.changeBell(access(request), idOf(request), request.body as BellChange),
    ),
  );
  app.delete("/v1/bells/:id", (request, reply) =>
    counted(door, request, reply, async () => {
      await inboxes.revokeBell(access(request), idOf(request));
      return reply.code(204).send();
    }),
  );
}

/** A change of nothing gives what there is. */
function theInbox({ inboxes }: Door, access: Access): Promise<Inbox> {
  return inboxes.changeInbox(access, {});
}
