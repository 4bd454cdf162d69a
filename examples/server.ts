/** A server with a source of one's own: the time, a new item every second. `node examples/dist/server.js [port]` */
import { LineServer, type Source } from "@doorbell-js/doorbell/line";

const now = (): number => Math.floor(Date.now() / 1_000);

/** Item number n is the n-th second since 1970, so there is nothing to remember. */
const seconds: Source = {
  subscribe(ring) {
    const timer = setInterval(() => ring(now()), 1_000);
    return { newest: now(), [Symbol.dispose]: () => clearInterval(timer) };
  },
  fetch: () => ({ text: new Date(now() * 1_000).toISOString(), sequence: now() }),
};

const server = new LineServer({ sources: { seconds } });
const { port } = await server.listen({ port: Number(process.argv[2] ?? 6789) });
console.log(`nc -C 127.0.0.1 ${port}    and type: seconds?  notif`);
process.once("SIGINT", () => void server.close());
