import { isIP } from "node:net";

/** Where the door listens, and how it is reached from elsewhere. */
export interface Reached {
  readonly host: string;
  readonly port: number;
  /** How it is reached from outside, behind a proxy, say: `https://bell.example.org`. */
  readonly url?: string;
}

/** A name or address, and perhaps a port: what a URL would also take is none. */
const hostPattern = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::(\d{1,5}))?$/i;

const anyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/**
 * Which names are ours. A page of another site can make a browser send us requests, and a name of its own can lead to our
 * address (DNS rebinding); both are told by the Host and the Origin that the browser writes.
 */
export class Origins {
  /** What addresses that are shown begin with. */
  readonly url: string;
  readonly #port: string;
  readonly #names: ReadonlySet<string>;
  readonly #outside: URL | undefined;
  /** Where every address is listened at, one that is written in numbers is ours: rebinding needs a name. */
  readonly #isAnyAddress: boolean;

  constructor({ host, port, url }: Reached) {
    this.#port = String(port);
    this.#names = new Set(["localhost", "127.0.0.1", "[::1]", written(host)]);
    this.#outside = url === undefined ? undefined : new URL(url);
    this.#isAnyAddress = anyAddress.has(host);
    const shown = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : written(host);
    this.url = url === undefined ? `http://${shown}:${port}` : url.replace(/\/+$/, "");
  }

  /** Whether the address that is shown is one of TLS. */
  get isSecure(): boolean {
    return this.#outside?.protocol === "https:";
  }

  /** Whether a Host is ours. */
  hasHost(host: string | undefined): boolean {
    const match = hostPattern.exec(host ?? "");
    if (match === null) return false;
    const [, name = "", port] = match;
    const lower = name.toLowerCase();
    if (this.#outside !== undefined && this.#outside.hostname === lower)
      return (port ?? standardPort(this.#outside)) === portOf(this.#outside) || port === this.#port;
    if ((port ?? "80") !== this.#port) return false;
    return this.#names.has(lower) || (this.#isAnyAddress && isIP(lower.replace(/^\[|\]$/g, "")) > 0);
  }

  /** Whether an Origin is ours. */
  hasOrigin(origin: string): boolean {
    if (this.#outside !== undefined && origin.toLowerCase() === this.#outside.origin) return true;
    const [, host, port] = /^http:\/\/([^/:]+|\[[^/\]]+\])(:\d+)?$/i.exec(origin) ?? [];
    return host !== undefined && this.hasHost(`${host}${port ?? ":80"}`);
  }
}

/** Returns whether that can be a Host at all. */
export function isHost(host: string): boolean {
  return hostPattern.test(host);
}

/** A host as it stands in a URL. */
function written(host: string): string {
  return isIP(host) === 6 ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

function standardPort({ protocol }: URL): string {
  return protocol === "https:" ? "443" : "80";
}

function portOf(url: URL): string {
  return url.port === "" ? standardPort(url) : url.port;
}
