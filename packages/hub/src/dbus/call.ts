import { BusError } from "./errors.ts";

/** A method call: who is asked, and what. */
export interface BusCall {
  /** A well-known name (`org.freedesktop.Notifications`), or the unique name of one connection (`:1.42`). */
  readonly destination: string;
  /** e.g. `/org/freedesktop/Notifications` */
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** The types of `args`, as D-Bus writes them: `susssasa{sv}i`. Needed if there are any. */
  readonly signature?: string;
  /**
   * Numbers, strings, booleans, arrays (also for structs), bigints for 64 bits, Buffers for `ay`, objects for `a{s…}`,
   * and a `Variant` wherever the signature has a `v`.
   */
  readonly args?: readonly unknown[];
}

export interface CallOptions {
  /** How long to wait for the answer. @default 5_000 */
  readonly timeoutMs?: number;
  /** Gives up waiting. What was asked may be done all the same. */
  readonly signal?: AbortSignal;
}

/** A signal, as it was received. */
export interface BusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Variants are their values, `a{s…}` are objects, `ay` are Buffers, 64 bits are bigints. Their types are the sender's. */
  readonly args: readonly unknown[];
}

const UNIQUE = /^:[\w-]+(\.[\w-]+)+$/;
const WELL_KNOWN = /^[A-Za-z_-][\w-]*(\.[A-Za-z_-][\w-]*)+$/;
const INTERFACE = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/;
const MEMBER = /^[A-Za-z_]\w*$/;
const PATH = /^(\/|(\/\w+)+)$/;
const NAME_BYTES_MAX = 255;

/** Throws an `InvalidArgument` that names what is not of its shape: the bus would cut the connection off for it. */
export function checkCall({ destination, path, interface: name, member, signature, args = [] }: BusCall): void {
  if (!UNIQUE.test(destination)) checkName(destination);
  check("path", path, PATH, "is /, or names after slashes");
  check("interface", name, INTERFACE, "has two or more names with dots between them");
  check("member", member, MEMBER, "is one name");
  if ((signature ?? "") === "" && args.length > 0)
    throw new BusError("InvalidArgument", `${name}.${member} has arguments, but no signature that gives their types`);
}

/** Throws an `InvalidArgument` if this is no well-known name. */
export function checkName(name: string): void {
  check("name", name, WELL_KNOWN, "has two or more names with dots between them");
}

function check(what: string, value: string, shape: RegExp, rule: string): void {
  if (shape.test(value) && (what === "path" || value.length <= NAME_BYTES_MAX)) return;
  throw new BusError("InvalidArgument", `${JSON.stringify(value)} is no ${what} of a bus: a ${what} ${rule}`);
}
