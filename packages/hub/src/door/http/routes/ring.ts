import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { Publication } from "../../../inbox/index.ts";
import { counted, type Door } from "../door.ts";
import { httpErrorOf } from "../errors.ts";
import { publicationOf, publicationToTopic, type Said, textOf } from "../ring/index.ts";

/** Ringing: the address is all that it needs, and it opens nothing else. */
export function addRing(app: FastifyInstance, door: Door): void {
  // Whatever a body is called, and be it no type at all, it is the text; so senders do.
  app.removeAllContentTypeParsers();
  app.addHook("onRequest", async ({ raw: { headers } }) => {
    const type = headers["content-type"];
    if (type !== undefined)
      headers["content-type"] = /^application\/json\b/i.test(type) ? "application/json" : "text/plain";
  });
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  const said = ({ headers, query, body }: FastifyRequest): Said => ({
    headers,
    query: query as Said["query"],
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  });
  const toAddress = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
    ring(door, request, reply, () => ({
      token: (request.params as { readonly token: string }).token,
      publication: publicationOf(said(request)),
    }));
  app.route({ method: ["POST", "PUT"], url: "/b/:token", handler: toAddress });
  for (const verb of ["publish", "send", "trigger"])
    app.route({ method: ["GET"], url: `/b/:token/${verb}`, handler: toAddress });
  app.route({
    method: ["POST", "PUT"],
    url: "/b",
    handler: (request, reply) => ring(door, request, reply, () => publicationToTopic(textOf(said(request).body))),
  });
}

async function ring(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  read: () => { readonly token: string; readonly publication: Publication },
): Promise<unknown> {
  const { metrics, inboxes } = door;
  const began = performance.now();
  try {
    const { token, publication } = read();
    const key = request.headers["idempotency-key"];
    const rung = await counted(door, request, reply, () =>
      inboxes.ring(token, publication, Array.isArray(key) ? key[0] : key),
    );
    metrics.count("rings", rung.isRepeat ? "repeat" : "stored");
    metrics.ringTook(performance.now() - began);
    if (rung.isRepeat) void reply.header("idempotent-replayed", "true");
    return answerTo(publication, rung);
  } catch (cause) {
    metrics.count("rings", httpErrorOf(cause).code);
    throw cause;
  }
}

/** As ntfy answers: what was said, and nothing of the inbox. */
function answerTo(
  { text, title, priority, tags, click }: Publication,
  rung: { readonly id: string; readonly at: number },
): object {
  return {
    id: rung.id,
    time: Math.floor(rung.at / 1_000),
    event: "message",
    topic: "bell",
    ...(title !== undefined && title !== "" && { title }),
    message: text,
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...(click !== undefined && click !== "" && { click }),
  };
}
