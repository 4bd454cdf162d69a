import { once } from "node:events";
import { Agent, request } from "node:http";

import { Child } from "../../line/run/child.ts";
import type { Figure, Plan, Series } from "../../line/run/figure.ts";
import { compiled } from "../run/places.ts";
import { type HttpServer, keysIn, newBell, post } from "../run/servers.ts";
import type { BusyKeys } from "../servers/busy.ts";

/** The most that an honest one may wait because of others. */
const LIMIT_MS = 100;

/** The work of one key, by the name that `busy.ts` has for it. */
const works: Readonly<Record<string, string>> = {
  page: "8 connections page 400 items of 4 KB",
  search: "one searches 100,000 items",
  leave: "60 searches are left after 0.1 s, again and again",
  bells: "8 connections list 900 bells",
  ring: "64 connections ring",
  unread: "100 connections read nothing of 16 pages each",
  streams: "500 streams of events open at once, again and again",
  retention: "a retention falls from 20,000 to 1",
  delete: "an inbox of 20,000 items is deleted",
};

/** Measures another key's ring, and its page of one item, while one key works, and while nobody does; both in turn, on one hub. */
export async function* waits(ours: HttpServer, _bare: HttpServer, plan: Plan): AsyncGenerator<Figure> {
  const honest = await Honest.of(ours);
  await honest.during(plan.warmUpMs);
  for (const [work, said] of Object.entries(works)) {
    const idle: Waits[] = [];
    const busy: Waits[] = [];
    let keys = await newInbox(ours, work);
    for (let round = 0; round < plan.rounds; round += 1) {
      idle.push(await honest.during(2 * plan.ms));
      if (work === "delete" && round > 0) keys = await newInbox(ours, `${work}-${round}`);
      await using child = await ready(ours, work, keys);
      child.process.stdin?.write("go\n");
      busy.push(await honest.during(2 * plan.ms, () => child.process.exitCode !== null));
      if ((child.process.exitCode ?? 0) !== 0) child.check();
    }
    for (const [what, part] of parts) {
      const series = (peer: string, all: readonly Waits[]): Series => ({ peer, values: all.map(part) });
      yield {
        group: `another's ${what}`,
        name: said,
        unit: "ms",
        series: [series("doorbell", busy), series("idle", idle)],
        targets: what.endsWith("p99") ? [{ valueMax: LIMIT_MS }] : [],
      };
    }
  }
}

/** The times of all rings of a round, and of all pages, in milliseconds, the shortest first. */
interface Waits {
  readonly rings: readonly number[];
  readonly pages: readonly number[];
}

const parts: readonly (readonly [string, (waits: Waits) => number])[] = [
  ["ring, p50", ({ rings }) => at(rings, 0.5)],
  ["ring, p99", ({ rings }) => at(rings, 0.99)],
  ["ring, max", ({ rings }) => at(rings, 1)],
  ["page, p99", ({ pages }) => at(pages, 0.99)],
];

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Another key: it rings, reads what it rang, and so on, on one connection. */
class Honest {
  readonly #url: string;
  readonly #keys: BusyKeys;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  static async of(server: HttpServer): Promise<Honest> {
    return new Honest(urlOf(server), await newInbox(server, "honest"));
  }

  private constructor(url: string, keys: BusyKeys) {
    this.#url = url;
    this.#keys = keys;
  }

  /** Rings and reads for `ms`, or until the work beside it is over. */
  async during(ms: number, isOver: () => boolean = () => false): Promise<Waits> {
    const rings: number[] = [];
    const pages: number[] = [];
    for (const until = performance.now() + ms; performance.now() < until && !isOver();) {
      rings.push(await this.#took("POST", this.#keys.bell, "x".repeat(100)));
      pages.push(await this.#took("GET", "/v1/items?limit=1"));
    }
    return { rings: rings.toSorted((a, b) => a - b), pages: pages.toSorted((a, b) => a - b) };
  }

  #took(method: string, path: string, body?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const headers = { authorization: `Bearer ${this.#keys.read}` };
      const asked = request(this.#url + path, { method, agent: this.#agent, headers }, (response) => {
        response.resume().on("end", () => {
          if (response.statusCode === 200) resolve(performance.now() - began);
          else reject(new Error(`${method} of an honest key was answered ${response.statusCode}`));
        });
      });
      asked.on("error", reject).end(body);
    });
  }
}

/** Makes an inbox, and a bell of it. */
async function newInbox({ port, folder }: HttpServer, name: string): Promise<BusyKeys> {
  const { owner } = keysIn(folder);
  const made = await post<Made>(port, "/v1/inboxes", owner, { name });
  const { readingKey: read, managingKey: manage, inbox } = made;
  return { read, manage, owner, inbox: inbox.id, bell: await newBell(port, manage) };
}

/** The hub's answer to a new inbox. */
interface Made {
  readonly inbox: { readonly id: number };
  readonly readingKey: string;
  readonly managingKey: string;
}

/** Starts a process that will keep the hub busy, when it has made what it needs for that. */
async function ready(server: HttpServer, work: string, keys: BusyKeys): Promise<Child> {
  const child = new Child(work, "anywhere", [process.execPath, compiled("servers/busy.js"), work, urlOf(server)]);
  child.process.stdin?.write(JSON.stringify(keys));
  const exited = once(child.process, "exit").then(() => child.check());
  await Promise.race([once(child.process.stdout as NodeJS.ReadableStream, "data"), exited]);
  return child;
}

function urlOf({ port }: HttpServer): string {
  return `http://127.0.0.1:${port}`;
}
