/** What crosses the wire, the same from both servers. */

/** From this number on, numbers are of five digits for long enough. */
export const sequence = 10_000;

export const text = "Backup finished: 12.4 GB in 7 min.";

/** The answer to a ring. */
export const answer: string = JSON.stringify({
  id: "0000000000000000",
  time: 1_700_000_000,
  event: "message",
  topic: "bell",
  message: text,
});

/** Headers that ours has and Node has not by itself. */
export const headers: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** What a reader is told first. */
export function ready(newest: number): string {
  return `retry: 2000\n\nid: ${newest}\nevent: ready\ndata: {"newest":${newest}}\n\n`;
}

/** One item. */
export function event(number: number): string {
  const item = {
    sequence: number,
    id: "0000000000000000",
    at: "2026-01-01T00:00:00.000Z",
    bell: { id: 1, label: "bench" },
    text,
    priority: 3,
  };
  return `id: ${number}\nevent: item\ndata: ${JSON.stringify(item)}\n\n`;
}

/** A ring, as it is sent. */
export function ring(port: number, path: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** What keeps a connection that has nothing else to say: the stream of a source in which nothing happens. */
export function hold(port: number, key: string): string {
  return `GET ${quiet} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${key}\r\n\r\n`;
}

export const quiet = "/v1/sources/random/events";

/** What a publisher says first, so that it is not taken for one that says nothing. */
export function greet(port: number): string {
  return `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
}

/** A reader's request. */
export function read(port: number, key: string): string {
  return `GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${key}\r\n\r\n`;
}
