import { Exit, Failure } from "./failure.ts";

/** How long a hub may take to answer. */
const DEADLINE_MS = 10_000;

/** As much of an answer as is read. */
const ANSWER_BYTES_MAX = 2 ** 22;

export interface HttpRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON; `undefined` where there is none. */
  readonly value: unknown;
}

/**
 * Asks by HTTP. What is refused, or no answer at all, is a failure that names the place and nothing else of the address:
 * the rest may be a secret.
 */
export async function request(url: string, { method, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
  const where = new URL(url).host;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    text = await textOf(response);
  } catch (error) {
    throw new Failure(Exit.Unreachable, unreachable(error as Error, where));
  }
  const value = parse(text);
  if (response.ok) return { status: response.status, headers: response.headers, value };
  throw new Failure(Exit.Failed, refusal(response, value, where));
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the hub says of it, if a hub it is. */
function refusal({ status, headers }: Response, value: unknown, where: string): string {
  const { error } = (value ?? {}) as { readonly error?: unknown };
  if (typeof error !== "string") return `what answers at ${where} is no hub: it answers with ${status}`;
  const seconds = Number(headers.get("retry-after"));
  return `the hub answered: ${error}${status === 429 && seconds > 0 ? ` (again in ${seconds} s)` : ""}`;
}

function unreachable(error: Error, where: string): string {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  if (error.name === "TimeoutError") return `what listens at ${where} does not answer: is it a hub's HTTP?`;
  switch (cause.code) {
    case "ECONNREFUSED":
      return `no hub answers at ${where}: start one with "doorbell serve", or say where its HTTP is with --host, --http-port or --http-url`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `no address is known for ${where}`;
    default:
      // Of an address that it does not like, fetch would say all.
      return `${where} cannot be reached by HTTP: ${cause.code ?? (cause.message.includes("://") ? "" : cause.message)}`;
  }
}
