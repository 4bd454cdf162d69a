/** What a request of a test says. */
export interface Ask {
  readonly method?: string;
  /** In the header Authorization. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export function ask(url: string, { method, key, headers = {}, body, json }: Ask = {}): Promise<Response> {
  const sent = json === undefined ? body : JSON.stringify(json);
  return fetch(url, {
    method: method ?? (sent === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
}

/** What an answer says, and its status. */
export async function said(
  response: Promise<Response>,
): Promise<{ readonly status: number } & Record<string, unknown>> {
  const { status, ...rest } = await response.then(async (r) => ({ status: r.status, text: await r.text() }));
  return { ...(rest.text === "" ? {} : (JSON.parse(rest.text) as object)), status };
}
