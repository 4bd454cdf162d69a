import type { Fetch, RequestOptions } from "../../src/page/core/api.ts";

/** A stream of events that a test writes to. */
export interface MockStream {
  readonly path: string;
  /** Whether whoever opened it gave it up. */
  readonly isAborted: boolean;
  write(text: string): void;
  end(): void;
  fail(): void;
}

/** Stands in for a hub's HTTP door: a mock, whose answers a test gives. */
export class MockHttp {
  readonly requests: { readonly method: string; readonly path: string; readonly body: unknown }[] = [];
  readonly streams: MockStream[] = [];
  /** Whether it can be reached. */
  isUp = true;
  /** What is answered, by method and path without its query: a value for 200, a number for an error. */
  readonly answers: Record<string, unknown> = {};

  fetch: Fetch = async (path, options) => {
    const method = options.method ?? "GET";
    const body: unknown = options.body === undefined ? undefined : JSON.parse(options.body);
    this.requests.push({ method, path, body });
    if (!this.isUp) throw new TypeError("fetch failed");
    if (options.headers["accept"] === "text/event-stream") return this.#stream(path, options);
    let answer = this.answers[`${method} ${path.split("?", 1)[0]}`];
    if (typeof answer === "function") answer = (answer as (path: string, body: unknown) => unknown)(path, body);
    if (answer === undefined) return Response.json({ error: `nothing is at ${path}` }, { status: 404 });
    if (typeof answer === "number") return Response.json({ code: "X", error: `status ${answer}` }, { status: answer });
    return Response.json(answer);
  };

  /** The stream that was opened last. */
  get stream(): MockStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error("no stream was opened");
    return stream;
  }

  #stream(path: string, { signal }: RequestOptions): Response {
    const status = this.answers[`GET ${path.split("?", 1)[0]}`];
    if (typeof status === "number") return Response.json({ error: `status ${status}` }, { status });
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (one) => void (controller = one) });
    signal.addEventListener("abort", () => controller.error(signal.reason));
    this.streams.push({
      path,
      get isAborted() {
        return signal.aborted;
      },
      write: (text) => controller.enqueue(new TextEncoder().encode(text)),
      end: () => controller.close(),
      fail: () => controller.error(new TypeError("network error")),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}

/** Lets everything that waits for a promise go on, without time passing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
