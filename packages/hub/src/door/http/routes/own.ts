import type { FastifyInstance } from "fastify";

import { Key, type Retention } from "../../../inbox/index.ts";
import { accessOf } from "../authorization.ts";
import { counted, type Door } from "../door.ts";
import { HttpError } from "../errors.ts";
import { numberOf } from "../events/index.ts";
import { loginLink } from "../login/index.ts";
import { newInbox } from "./schemas.ts";

/** Inboxes, and links to the page, for the owner. */
export function addOwning(app: FastifyInstance, door: Door): void {
  const { inboxes } = door;
  app.get("/v1/inboxes", (request, reply) =>
    counted(door, request, reply, async () => ({
      inboxes: await inboxes.inboxes(accessOf(request, "owner").credential),
    })),
  );
  app.post("/v1/inboxes", { schema: { body: newInbox } }, (request, reply) =>
    counted(door, request, reply, async () => {
      const wanted = request.body as { readonly name: string; readonly retention?: Partial<Retention> };
      const made = await inboxes.createInbox(accessOf(request, "owner").credential, wanted);
      void reply.code(201);
      return made;
    }),
  );
  app.delete("/v1/inboxes/:id", (request, reply) =>
    counted(door, request, reply, async () => {
      const { credential } = accessOf(request, "owner");
      const inbox = numberOf((request.params as { readonly id: string }).id, "an inbox");
      await inboxes.deleteInbox({ credential, inbox });
      return reply.code(204).send();
    }),
  );
  app.post("/v1/links", (request, reply) =>
    counted(door, request, reply, async () => {
      const { credential } = accessOf(request, "owner");
      // A session that could make links could make itself last for ever.
      if (Key.parse(credential)?.kind !== "owner")
        throw new HttpError(
          403,
          "AccessDenied",
          "a session of the page opens no further one: it needs the owner's key",
        );
      await inboxes.inboxes(credential);
      void reply.code(201);
      return { url: loginLink(door, credential) };
    }),
  );
}
