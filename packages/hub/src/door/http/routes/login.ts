import type { FastifyInstance } from "fastify";

import { sessionOf } from "../authorization.ts";
import { counted, type Door } from "../door.ts";
import { HttpError } from "../errors.ts";
import { SESSION_MS, sessionCookie } from "../login/index.ts";
import { login } from "./schemas.ts";

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
