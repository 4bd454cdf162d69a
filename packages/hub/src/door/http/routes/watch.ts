import type { FastifyInstance } from "fastify";

import type { Inboxes } from "../../../inbox/index.ts";
import type { Clock } from "../../../time/index.ts";
import type { Door } from "../door.ts";

/** How long the inboxes may take to say that they are there. */
const ANSWER_MS = 2_000;

/** What watches over the hub: whether it is well, and what it counts. Neither needs a key, nor tells one. */
export function addWatching(app: FastifyInstance, { inboxes, clock, metrics, connections, streams }: Door): void {
  app.get("/health", { exposeHeadRoute: true }, async (_request, reply) => {
    const why = await ailment(inboxes, clock);
    if (why === undefined) return { status: "ok" };
    void reply.code(503);
    return { status: "failing", why };
  });
  app.get("/metrics", async (_request, reply) =>
    reply
      .type("text/plain; version=0.0.4; charset=utf-8")
      .send(metrics.text({ connections: connections.count, readers: streams.count, backlog: streams.backlog })),
  );
}

/** Why the inboxes do not answer, if they do not. */
async function ailment(inboxes: Inboxes, clock: Clock): Promise<string | undefined> {
  let late: { cancel(): void } | undefined;
  try {
    await Promise.race([
      // Nobody's: what is asked is whether there is an answer.
      inboxes.isSession(`session_${"0".repeat(32)}`),
      new Promise((_resolve, reject) => {
        late = clock.after(ANSWER_MS, () => reject(new Error(`the inboxes did not answer in ${ANSWER_MS} ms`)));
      }),
    ]);
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause.message : "the inboxes do not answer";
  } finally {
    late?.cancel();
  }
}
