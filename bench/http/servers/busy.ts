/**
 * Keeps a hub busy for one key: `node busy.js WORK URL`. It is told the keys of its inbox as JSON, says "ready" when what the work
 * needs is there, begins when something more is said to it, and ends when the work is over, or its standard input is.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";

/** The keys of the busy inbox, and the address of its bell, as a path. */
export interface BusyKeys {
  readonly read: string;
  readonly manage: string;
  readonly bell: string;
  /** The owner's, and the inbox's number: for what is the owner's alone. */
  readonly owner: string;
  readonly inbox: number;
}

interface Work {
  /** Items that the inbox has to have, and the characters of each. */
  readonly items: readonly [count: number, length: number];
  /** Bells that it has to have. */
  readonly bells?: number;
  run(): Promise<unknown>;
}

const [name = "", url = ""] = process.argv.slice(2);
const [told] = (await once(process.stdin, "data")) as [Buffer];
const keys = JSON.parse(told.toString()) as BusyKeys;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const works: Readonly<Record<string, Work>> = {
  page: { items: [400, 4_000], run: () => forever(8, () => get("/v1/items?limit=100", keys.read)) },
  search: { items: [100_000, 100], run: () => forever(1, () => get("/v1/items?search=nowhere", keys.read)) },
  leave: { items: [100_000, 100], run: () => forever(60, () => getAndLeave("/v1/items?search=nowhere", keys.read)) },
  bells: { items: [1, 100], bells: 900, run: () => forever(8, () => get("/v1/bells", keys.manage)) },
  ring: { items: [1, 100], run: () => forever(64, () => ring(100)) },
  unread: { items: [400, 4_000], run: readNothing },
  streams: { items: [1, 100], run: () => forever(1, () => openStreams(500)) },
  retention: { items: [20_000, 100], run: () => keepOnlyOne() },
  delete: { items: [20_000, 100], run: deleteInbox },
};

const work = works[name];
if (work === undefined) throw new Error(`there are ${Object.keys(works).join(", ")}, not ${name}`);
await prepare(work);
console.log("ready");
const ended = once(process.stdin, "end");
await once(process.stdin, "data");
await Promise.race([work.run(), ended]);
process.exit();

async function prepare({ items: [count, length], bells = 0 }: Work): Promise<void> {
  const retention = { itemsMax: 100_000, ageMaxMs: null, bytesMax: 2 ** 30, whenFull: "dropOldest" };
  await ask("PATCH", "/v1/inbox", keys.manage, { retention });
  const { newest, oldest, bells: has } = await inbox();
  await some(Math.max(0, count - (newest - oldest + 1)), 64, () => ring(length));
  await some(Math.max(0, bells - has), 8, (each) => ask("POST", "/v1/bells", keys.manage, { label: `bell ${each}` }));
}

/** Does something so many times, so many at once. */
async function some(times: number, atOnce: number, one: (each: number) => Promise<unknown>): Promise<void> {
  let begun = 0;
  const go = async (): Promise<void> => {
    while (begun < times) await one((begun += 1));
  };
  await Promise.all(Array.from({ length: atOnce }, go));
}

/** Does something again and again, so many at once. */
async function forever(atOnce: number, one: () => Promise<unknown>): Promise<void> {
  await some(Infinity, atOnce, one);
}

async function keepOnlyOne(): Promise<void> {
  const { retention } = await inbox();
  await ask("PATCH", "/v1/inbox", keys.manage, { retention: { ...retention, itemsMax: 1 } });
  for (let { newest, oldest } = await inbox(); oldest < newest;) ({ newest, oldest } = await inbox());
}

/** Never says that it is over: the hub deletes in steps, after its answer. */
async function deleteInbox(): Promise<never> {
  await ask("DELETE", `/v1/inboxes/${keys.inbox}`, keys.owner);
  return await new Promise<never>(() => {});
}

/** 100 connections, each with sixteen pages that it does not read. */
async function readNothing(): Promise<void> {
  await forever(100, async () => {
    const socket = asking("/v1/items?limit=100", 16)
      .on("error", () => {})
      .pause();
    await new Promise((resolve) => socket.once("close", resolve));
  });
}

/** Opens streams of events at once, and closes all when the last has begun. */
async function openStreams(count: number): Promise<void> {
  const sockets = Array.from({ length: count }, () => asking("/v1/events", 1));
  await Promise.all(
    sockets.map((socket) => Promise.race([once(socket, "data"), once(socket, "close")]).catch(() => {})),
  );
  for (const socket of sockets) socket.destroy();
}

/** Makes a connection that sends the same request so many times at once. */
function asking(path: string, times: number): Socket {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  const said = `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${keys.read}\r\n\r\n`;
  socket.write(said.repeat(times));
  return socket;
}

async function inbox(): Promise<{
  readonly newest: number;
  readonly oldest: number;
  readonly bells: number;
  readonly retention: object;
}> {
  return JSON.parse(await ask("GET", "/v1/inbox", keys.manage)) as Awaited<ReturnType<typeof inbox>>;
}

function ring(length: number): Promise<string> {
  return ask("POST", keys.bell, undefined, "x".repeat(length));
}

function get(path: string, key: string): Promise<string> {
  return ask("GET", path, key);
}

/** Asks, and has gone a tenth of a second later. */
function getAndLeave(path: string, key: string): Promise<unknown> {
  return new Promise((resolve) => {
    const asked = request(url + path, { headers: { authorization: `Bearer ${key}` } }, (response) => response.resume());
    asked.on("error", () => {}).on("close", resolve);
    asked.end();
    setTimeout(() => asked.destroy(), 100);
  });
}

function ask(method: string, path: string, key?: string, body?: string | object): Promise<string> {
  return new Promise((resolve, reject) => {
    const content = typeof body === "object" ? JSON.stringify(body) : body;
    const headers = {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(typeof body === "object" && { "content-type": "application/json" }),
    };
    const asked = request(url + path, { method, agent, headers }, (response) => {
      let said = "";
      response.setEncoding("utf8").on("data", (part: string) => (said += part));
      // A limit on work is an answer like another here.
      response.on("end", () =>
        (response.statusCode ?? 500) < 400 || [429, 503].includes(response.statusCode ?? 0)
          ? resolve(said)
          : reject(new Error(`${method} ${path.slice(0, 4)}: ${said}`)),
      );
    });
    asked.on("error", reject).end(content);
  });
}
