import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";

import { until } from "@doorbell-js/test-support/until";

export interface HeardEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** What the data of events say, as far as tests look at it. */
export interface Told {
  readonly sequence: number;
  readonly text: string;
  readonly code: string;
}

/** A reader of server-sent events after the letter of the standard, of the test's own: no code of the hub's is in it. */
export class EventReader implements Disposable {
  readonly events: HeardEvent[] = [];
  comments = 0;
  status = 0;
  isOver = false;
  /** What came that was no events: an error's body. */
  body = "";
  /** When each event was heard: `performance.now()`. */
  readonly times: number[] = [];
  #lastId = "";
  #rest = "";
  #data: string[] = [];
  #event = "";
  readonly #request: ReturnType<typeof request>;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#request = request(url, { headers, agent: false }, (response) => this.#read(response));
    this.#request.on("error", () => (this.isOver = true));
    this.#request.end();
  }

  async hears(what: string, condition: (reader: this) => boolean, deadlineMs?: number): Promise<void> {
    await until(what, () => condition(this), deadlineMs, { account: () => JSON.stringify(this.events.slice(-5)) });
  }

  /** The events of a kind, as what their data says. */
  data(event: string): readonly Told[] {
    return this.events.filter((each) => each.event === event).map(({ data }) => parsed(data) as Told);
  }

  texts(): readonly string[] {
    return this.data("item").map(({ text }) => text);
  }

  /** Stops to read, and holds the connection. */
  freeze(): void {
    this.#request.socket?.pause();
  }

  [Symbol.dispose](): void {
    this.#request.destroy();
  }

  #read(response: IncomingMessage): void {
    this.status = response.statusCode ?? 0;
    response.setEncoding("utf8");
    response.on("data", (text: string) => {
      if (response.headers["content-type"]?.startsWith("text/event-stream") !== true) {
        this.body += text;
        return;
      }
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#line(line);
    });
    const over = (): void => void (this.isOver = true);
    response.on("end", over).on("close", over).on("error", over);
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#data.length > 0) {
        this.events.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#lastId });
        this.times.push(performance.now());
      }
      [this.#data, this.#event] = [[], ""];
      return;
    }
    if (line.startsWith(":")) {
      this.comments += 1;
      return;
    }
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#event = value;
    if (field === "id" && !value.includes("\0")) this.#lastId = value;
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return assert.fail(`an event is no JSON: ${data.slice(0, 200)}`);
  }
}
