/** The routes for who manages an inbox, for the owner, and for who logs in to the page. */

import type { FastifyInstance, FastifyRequest } from "fastify";

import { Key } from "../inbox/key.ts";
import type { Access, Bell, BellLimits, Inbox, Retention } from "../inbox/types.ts";
import { accessOf, numberOf, sessionOf } from "./access.ts";
import { counted, type Door } from "./door.ts";
import { HttpError } from "./errors.ts";
import { loginLink, SESSION_MS, sessionCookie } from "./login.ts";

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

type BellChange = Partial<BellLimits> & { readonly label?: string; readonly paused?: boolean };

/** A change of nothing gives what there is. */
function theInbox({ inboxes }: Door, access: Access): Promise<Inbox> {
  return inboxes.changeInbox(access, {});
}

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

/** A code of a login link becomes a session, and a session ends. */
export function addLogin(app: FastifyInstance, door: Door): void {
  const { inboxes, codes, origins } = door;
  app.post("/v1/login", { schema: { body: login } }, (request, reply) =>
    counted(door, request, reply, async () => {
      const ownerKey = codes.take((request.body as { readonly code: string }).code);
      if (ownerKey === undefined)
        throw new HttpError(
          401,
          "AccessDenied",
          "that link was used, or is too old: make a new one with doorbell page",
        );
      const token = await inboxes.openSession(ownerKey, SESSION_MS);
      return reply.header("set-cookie", sessionCookie(token, origins().isSecure)).code(204).send();
    }),
  );
  app.post("/v1/logout", async ({ headers }, reply) => {
    const token = sessionOf(headers.cookie);
    if (token !== undefined) await inboxes.closeSession(token);
    return reply.header("set-cookie", sessionCookie("", origins().isSecure)).code(204).send();
  });
}

// The schemas say what bodies may hold. How far numbers and texts may go is judged where everything is, and told from there.
const text = { type: "string" };

const limits = {
  perMinute: { type: "integer" },
  bytesMax: { type: "integer" },
  ringsMax: orNull("integer"),
  expiresAt: orNull("integer"),
};

const retention = object({
  itemsMax: { type: "integer" },
  ageMaxMs: orNull("integer"),
  bytesMax: { type: "integer" },
  whenFull: { enum: ["dropOldest", "refuse"] },
});

const inboxChange: object = object({ name: text, retention });
const keyChoice: object = object({ which: { enum: ["read", "manage"] } }, ["which"]);
const newBell: object = object({ label: text, ...limits }, ["label"]);
const bellChange: object = object({ label: text, paused: { type: "boolean" }, ...limits });
const newInbox: object = object({ name: text, retention }, ["name"]);
const login: object = object({ code: { type: "string", maxLength: 64 } }, ["code"]);

function object(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: "object", properties, required, additionalProperties: false };
}

function orNull(type: string): object {
  return { type: [type, "null"] };
}
