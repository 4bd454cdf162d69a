import { type Bus, type BusAddress, type BusSignal, type NameWatch, openBus } from "../../dbus/index.ts";
import { NetworkError } from "../errors.ts";
import type { NetworkState } from "../state.ts";
import type { Backend, BackendHost, OpenBackend } from "./backend.ts";
import { readObjects } from "./managed-objects.ts";

const NAME = "org.freedesktop.NetworkManager";

export interface NetworkManagerOptions {
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
