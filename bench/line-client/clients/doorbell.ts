/** Ours, as its users write it: `node doorbell.js [handler|iterator]`, the way in which notifications are taken. */
import { type Client, connect } from "@doorbell-js/doorbell/line";

import { type Job, type Running, serveJobs } from "./job.ts";

const byHandler = process.argv[2] === "handler";

await serveJobs(async (job) => {
  let count = 0;
  const available = byHandler && job.figure === "notifications" ? { random: () => void (count += 1) } : {};
  const clients = await Promise.all(
    Array.from({ length: job.connections }, () => connect({ port: job.port, available, reconnect: false })),
  );
  const ended = Promise.allSettled(clients.map((client) => run(client, job)));
  return {
    get count() {
      return job.figure === "notifications" && !byHandler ? (clients[0] as Client).stats().notifications : count;
    },
    async close() {
      for (const client of clients) await client.close();
      await ended;
    },
  } satisfies Running;

  async function run(client: Client, { figure }: Job): Promise<void> {
    if (figure === "requests") while ((await client.random()) > 0) count += 1;
    else if (figure === "items") for await (const ad of client.items("classified")) count += Number(ad.length > 0);
    else if (byHandler) await client.notify();
    else for await (const _ of client.notifications("random")) continue;
  }
});
