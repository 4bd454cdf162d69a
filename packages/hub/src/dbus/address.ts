import { existsSync } from "node:fs";

import { BusError } from "./errors.ts";

/** A bus by its usual name, or an address as the environment has it: `unix:path=/run/user/1000/bus`. */
export type BusAddress = "session" | "system" | (string & {});

type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_PATH = "/run/dbus/system_bus_socket";

/** What fits a socket's address (`sun_path`) with the NUL that ends it. A longer path would be cut short in silence. */
const PATH_BYTES_MAX = 107;

/**
 * The paths of the sockets where a bus may listen, in the order to try them; at least one.
 *
 * Throws a `BusError`: `NoAddress` if nothing says where the bus is, `BadAddress` if what is said cannot be used.
 */
export function socketPaths(address: BusAddress, environment: Environment): readonly string[] {
  const { text, from } = addressText(address, environment);
  const paths: string[] = [];
  const refused: string[] = [];
  for (const part of text.split(";").filter((part) => part !== "")) {
    const path = socketPath(part, environment);
    if (typeof path === "string") paths.push(path);
    else refused.push(`${JSON.stringify(part)} ${path.refused}`);
  }
  if (paths.length > 0) return paths;
  const why = refused.length === 0 ? "it is empty" : refused.join("; ");
  throw new BusError("BadAddress", `${from} cannot be used: ${why}`);
}

function addressText(address: BusAddress, environment: Environment): { readonly text: string; readonly from: string } {
  if (address !== "session" && address !== "system") return { text: address, from: "the address of the bus" };
  const variable = address === "session" ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS";
  const text = environment[variable];
  if (text !== undefined && text !== "") return { text, from: variable };
  const runtime = environment["XDG_RUNTIME_DIR"];
  const usual = address === "system" ? SYSTEM_PATH : runtime ? `${runtime}/bus` : undefined;
  if (usual !== undefined && existsSync(usual)) return { text: `unix:path=${escaped(usual)}`, from: usual };
  const looked = usual === undefined ? "nor is XDG_RUNTIME_DIR" : `and there is no ${usual}`;
  throw new BusError("NoAddress", `there is no ${address} bus: ${variable} is not set, ${looked}`);
}

/** The path of one address, or what is wrong with it. */
function socketPath(text: string, environment: Environment): string | { readonly refused: string } {
  const [transport = "", rest] = text.split(/:(.*)/s);
  if (rest === undefined) return { refused: "is no address of a bus, such as unix:path=/run/dbus/system_bus_socket" };
  // Also `unixexec:`, which would run a program that a variable names.
  if (transport !== "unix")
    return { refused: `is by ${JSON.stringify(transport)}, and only unix:path=… is spoken here` };
  const values = new Map<string, string>();
  for (const pair of rest.split(",")) {
    const [key = "", value] = pair.split(/=(.*)/s);
    const plain = value === undefined ? undefined : unescaped(value);
    if (plain === undefined || plain === "" || plain.includes("\0"))
      return { refused: `has no value that can be read for ${JSON.stringify(key)}` };
    values.set(key, plain);
  }
  if (values.has("abstract"))
    return {
      refused:
        "is an abstract socket, which cannot be reached from Node: have the bus listen at a path (unix:path=…) as well",
    };
  const runtime = environment["XDG_RUNTIME_DIR"];
  const path = values.get("path") ?? (values.has("runtime") && runtime ? `${runtime}/bus` : undefined);
  if (path === undefined) return { refused: "has no path" };
  if (Buffer.byteLength(path) > PATH_BYTES_MAX)
    return { refused: `has a path of more than ${PATH_BYTES_MAX} bytes, which no socket can have` };
  return path;
}

/** Values are bytes, escaped as in a URI. */
function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function escaped(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
