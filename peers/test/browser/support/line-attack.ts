/** Bytes that would be commands, were a line door to read them on. */
export const spam: string = "\r\npost spam\r\nnotif\r\n";

/**
 * Tries all by which a page makes its browser send something to an address that may be no server of HTTP. It runs in the
 * browser, so all that it uses is in it. Gives what it learnt, which should be nothing.
 */
export async function attackLine({ url, spam }: { readonly url: string; readonly spam: string }): Promise<string[]> {
  const learnt: string[] = [];
  const soon = (settle: () => void): void => void setTimeout(settle, 3_000);
  const fetched = async (init: RequestInit): Promise<void> => {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(3_000) });
      if (response.type !== "opaque" || response.ok) learnt.push(`${init.method}: ${await response.text()}`);
    } catch {
      // As it should be.
    }
  };
  const loaded = (kind: string): Promise<void> =>
    new Promise((resolve) => {
      const element = document.createElement(kind);
      element.addEventListener("load", () => {
        // A frame says so of an error's page too; and Firefox takes what has no headers, as the door's one sentence to HTTP,
        // for an answer of HTTP/0.9: as a script it is none, and says no more than that there is a door.
        if (kind === "img") learnt.push(kind);
        resolve();
      });
      element.addEventListener("error", () => resolve());
      soon(resolve);
      element.setAttribute("src", `${url}?post%20spam`);
      document.body.append(element);
    });
  const form = (enctype: string, name: string): Promise<void> =>
    new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.name = `frame ${name} ${Math.random()}`;
      const element = document.createElement("form");
      Object.assign(element, { action: url, enctype, method: "post", target: frame.name });
      const input = document.createElement("textarea");
      Object.assign(input, { name, value: spam });
      element.append(input);
      document.body.append(frame, element);
      soon(resolve);
      element.submit();
      frame.addEventListener("load", () => setTimeout(resolve, 100));
    });
  const opened = (kind: string, target: EventTarget & { close(): void }): Promise<void> =>
    new Promise((resolve) => {
      target.addEventListener("open", () => void learnt.push(`${kind} was opened`));
      target.addEventListener("message", () => void learnt.push(`${kind} said something`));
      const end = (): void => {
        target.close();
        resolve();
      };
      target.addEventListener("error", end);
      soon(end);
    });
  navigator.sendBeacon(url, spam);
  await Promise.all([
    fetched({ method: "POST", mode: "no-cors", body: spam, headers: { "content-type": "text/plain" } }),
    fetched({ method: "POST", mode: "no-cors", body: new Blob([spam]) }),
    fetched({ method: "POST", mode: "cors", body: spam, credentials: "include" }),
    fetched({ method: "GET", mode: "no-cors" }),
    fetched({ method: "PUT", mode: "cors", body: spam, headers: { "x-spam": "post spam" } }),
    form("text/plain", "post spam"),
    form("text/plain", "x"),
    form("multipart/form-data", "x"),
    ...["img", "script", "iframe"].map(loaded),
    opened("an EventSource", new EventSource(url)),
    opened("a WebSocket", new WebSocket(url.replace(/^http/, "ws"), "post")),
  ]);
  return learnt;
}
