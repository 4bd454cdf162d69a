/** What a page of another site tries. It runs in the browser, so all that it uses is in it. */

export interface Target {
  /** Where the hub is. */
  readonly hub: string;
  /** The address of a bell that the page has come to know. */
  readonly bell: string;
}

/** Tries everything; gives what it learnt, which should be nothing. */
export async function attack({ hub, bell }: Target): Promise<readonly string[]> {
  const learnt: string[] = [];
  const requests: readonly (readonly [method: string, url: string, type?: string, body?: string])[] = [
    ["GET", `${hub}/`],
    ["GET", `${hub}/v1/inboxes`],
    ["GET", `${hub}/v1/items?inbox=1`],
    ["GET", `${bell}/publish?message=evil`],
    ["POST", bell, "text/plain", "evil"],
    ["POST", `${hub}/b`, "text/plain", JSON.stringify({ topic: bell.split("/").at(-1), message: "evil" })],
    ["POST", `${hub}/v1/ads`, "text/plain", '{"text":"evil"}'],
    ["POST", `${hub}/v1/bells?inbox=1`, "text/plain", '{"label":"evil"}'],
    ["POST", `${hub}/v1/bells?inbox=1`, "application/json", '{"label":"evil"}'],
    ["POST", `${hub}/v1/ads`, "application/json", '{"text":"evil"}'],
    ["POST", `${hub}/v1/inboxes`, "application/json", '{"name":"evil"}'],
    ["PATCH", `${hub}/v1/bells/1?inbox=1`, "application/json", '{"paused":true}'],
    ["DELETE", `${hub}/v1/inboxes/1`],
    ["POST", `${hub}/v1/logout`],
  ];
  for (const mode of ["cors", "no-cors"] as const)
    for (const [method, url, type, body] of requests) {
      // A browser sends nothing else without asking first.
      if (mode === "no-cors" && !["GET", "POST"].includes(method)) continue;
      const headers = type === undefined ? {} : { "content-type": type };
      const content = body === undefined ? {} : { body };
      try {
        const response = await fetch(url, { method, mode, credentials: "include", headers, ...content });
        if (response.type !== "opaque" && response.ok) learnt.push(`${method} ${url}: ${response.status}`);
      } catch {
        // As it should be.
      }
    }
  navigator.sendBeacon(bell, "evil");
  await Promise.all([
    ...forms(),
    ...["img", "script", "iframe", "embed"].flatMap((kind) => [
      loaded(kind, `${bell}/publish?message=evil`),
      loaded(kind, `${hub}/`),
    ]),
    events(),
    socket(),
  ]);
  return learnt;

  /** What becomes of an element that fetches something: it is loaded, or not. */
  function loaded(kind: string, url: string): Promise<void> {
    return new Promise((resolve) => {
      const element = document.createElement(kind);
      element.addEventListener("load", () => {
        // A frame says so of an error's page too.
        if (kind === "img" || kind === "script") learnt.push(`${kind} ${url}`);
        resolve();
      });
      element.addEventListener("error", () => resolve());
      setTimeout(resolve, 15_000);
      element.setAttribute("src", url);
      document.body.append(element);
    });
  }

  /** Forms need no script, and may say JSON in plain text. */
  function forms(): readonly Promise<void>[] {
    const fields: readonly (readonly [action: string, enctype: string, name: string, value: string])[] = [
      [bell, "text/plain", "evil", ""],
      [bell, "application/x-www-form-urlencoded", "message", "evil"],
      [bell, "multipart/form-data", "message", "evil"],
      [`${hub}/v1/ads`, "text/plain", '{"text":"evil', '"}'],
      [`${hub}/v1/logout`, "text/plain", "", ""],
    ];
    return fields.map(([action, enctype, name, value], at) => {
      const frame = document.createElement("iframe");
      frame.name = `frame${at}`;
      const form = document.createElement("form");
      Object.assign(form, { action, enctype, method: "post", target: frame.name });
      const input = document.createElement("input");
      Object.assign(input, { name, value });
      form.append(input);
      document.body.append(frame, form);
      return new Promise<void>((resolve) => {
        setTimeout(resolve, 15_000);
        form.submit();
        frame.addEventListener("load", () => setTimeout(resolve, 200));
      });
    });
  }

  function events(): Promise<void> {
    return new Promise((resolve) => {
      const source = new EventSource(`${hub}/v1/events?inbox=1&after=0`, { withCredentials: true });
      source.addEventListener("open", () => void learnt.push("an event stream was opened"));
      source.addEventListener("item", ({ data }) => void learnt.push(`an item: ${data}`));
      const end = (): void => {
        source.close();
        resolve();
      };
      source.addEventListener("error", end);
      setTimeout(end, 15_000);
    });
  }

  function socket(): Promise<void> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${hub.replace("http", "ws")}/v1/events?inbox=1`);
      socket.addEventListener("open", () => void learnt.push("a WebSocket was opened"));
      socket.addEventListener("close", () => resolve());
    });
  }
}
