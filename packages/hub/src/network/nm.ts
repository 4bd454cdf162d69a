import { type Bus, openBus } from "../dbus/bus.ts";
import type { BusAddress, BusSignal } from "../dbus/connection.ts";
import type { NameWatch } from "../dbus/watch.ts";
import {
  type Backend,
  type BackendHost,
  type LinkState,
  NetworkError,
  type NetworkState,
  type OpenBackend,
  safeText,
  ssidText,
  type WlanStatus,
} from "./state.ts";

const NAME = "org.freedesktop.NetworkManager";

interface NetworkManagerOptions {
  /** The bus that it is on. @default "system" */
  readonly address?: BusAddress;
}

/** NetworkManager, where it runs: the only one that tells SSIDs. What its owner on the bus says counts, nobody else's word. */
export function networkManager({ address = "system" }: NetworkManagerOptions = {}): Backend {
  return {
    name: "networkmanager",
    async open(host) {
      const bus = await openBus({ address, clock: host.clock, signal: host.signal });
      const close = (): void => void bus[Symbol.asyncDispose]();
      host.signal.addEventListener("abort", close);
      try {
        const watch = await bus.watch(NAME, {
          ownerChanged: (owner) => {
            if (owner === undefined) host.died(gone());
            else host.changed();
          },
          signal: (signal) => {
            if (tells(signal)) host.changed();
          },
        });
        if (watch.owner === undefined) throw new NetworkError("Unavailable", "NetworkManager does not run");
        return opened(bus, watch, host);
      } catch (error) {
        await bus[Symbol.asyncDispose]();
        throw error;
      } finally {
        host.signal.removeEventListener("abort", close);
      }
    },
  };
}

function opened(bus: Bus, watch: NameWatch, host: BackendHost): OpenBackend {
  return {
    async read(): Promise<NetworkState> {
      const { owner } = watch;
      if (owner === undefined) throw gone();
      const [objects] = await bus.call(
        {
          destination: owner,
          path: "/org/freedesktop",
          interface: "org.freedesktop.DBus.ObjectManager",
          member: "GetManagedObjects",
        },
        { signal: host.signal },
      );
      return readObjects(objects);
    },
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
    },
  };
}

function gone(): NetworkError {
  return new NetworkError("Unavailable", "NetworkManager is gone, or its bus");
}

/** Whether a signal may tell of a change. Not that of a signal's strength, or of bytes counted: those never end. */
function tells({ interface: name, member, args }: BusSignal): boolean {
  if (name === NAME) return ["StateChanged", "DeviceAdded", "DeviceRemoved"].includes(member);
  if (name === `${NAME}.Device`) return member === "StateChanged";
  if (name !== "org.freedesktop.DBus.Properties" || member !== "PropertiesChanged") return false;
  const [of, changed] = args;
  switch (of) {
    case `${NAME}.Device`:
    case `${NAME}.Device.Wired`:
    case `${NAME}.Device.Wireless`:
    case `${NAME}.IP4Config`:
    case `${NAME}.IP6Config`:
      return true;
    case `${NAME}.AccessPoint`:
      return typeof changed === "object" && changed !== null && "Ssid" in changed;
    default:
      return false;
  }
}

/** The state in NetworkManager's objects: their properties by interface, by path. Throws a `BadReport`. */
export function readObjects(objects: unknown): NetworkState {
  if (!isRecord(objects)) throw new NetworkError("BadReport", "NetworkManager told no objects");
  const properties = (path: unknown, name: string): Properties => {
    const object = typeof path === "string" ? own(objects, path) : undefined;
    const found = isRecord(object) ? own(object, name) : undefined;
    return isRecord(found) ? found : {};
  };
  return Object.keys(objects).flatMap((path): WlanStatus[] => {
    const device = properties(path, `${NAME}.Device`);
    const { Interface: ifname, DeviceType: type } = device;
    // What is not real is a device that could be made.
    if (typeof ifname !== "string" || ifname === "" || device["Real"] === false) return [];
    // It has a type of its own since 1.42.
    if (type === LOOPBACK || ifname === "lo") return [];
    const { ActiveAccessPoint: point } = properties(path, `${NAME}.Device.Wireless`);
    const { Ssid: ssid } = properties(point, `${NAME}.AccessPoint`);
    return [
      {
        ifname: safeText(ifname),
        ssid: ssid instanceof Uint8Array ? ssidText(ssid) : null,
        linkState: linkState(device),
        ipv4: addresses(properties(device["Ip4Config"], `${NAME}.IP4Config`)),
        ipv6: addresses(properties(device["Ip6Config"], `${NAME}.IP6Config`)),
        wireless: typeof type === "number" ? type === WIFI : null,
      },
    ];
  });
}

type Properties = Readonly<Record<string, unknown>>;

/** By the kernel's flags: NetworkManager's own state follows the loss of a carrier six seconds late. */
function linkState({ InterfaceFlags: flags, State: state }: Properties): LinkState {
  if (typeof flags !== "number") return state === ACTIVATED ? "up" : "noCarrier";
  if ((flags & UP) === 0) return "off";
  return (flags & LOWER_UP) === 0 ? "noCarrier" : "up";
}

/** `NMDeviceType` */
const WIFI = 2;
const LOOPBACK = 32;
/** `NMDeviceInterfaceFlags`, which are told since 1.22. */
const UP = 1;
const LOWER_UP = 2;
/** `NMDeviceState` */
const ACTIVATED = 100;

function addresses({ AddressData: data }: Properties): string[] {
  if (!Array.isArray(data)) return [];
  return data.flatMap((one: unknown) => {
    const { address, prefix }: Properties = isRecord(one) ? one : {};
    return typeof address === "string" && typeof prefix === "number" ? [safeText(`${address}/${prefix}`)] : [];
  });
}

/** What a path or a name leads to, and not what every object has. */
function own(record: Properties, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
