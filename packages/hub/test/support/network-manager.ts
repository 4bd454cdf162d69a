import { writeFileSync } from "node:fs";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { Namespace } from "./namespace.ts";
import type { Program } from "./program.ts";
import { SystemBus } from "./system-bus.ts";

/**
 * A real NetworkManager on a bus of the test's own, in a network of the test's own: it sees no other, and writes where
 * nobody else looks. It manages wl0 and switches it on; the other end, ap0, is not its business.
 */
export class TestNetworkManager implements AsyncDisposable {
  readonly namespace: Namespace;
  readonly bus: SystemBus;
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: Folder;

  /** Resolves when NetworkManager can be asked. */
  static async start(): Promise<TestNetworkManager> {
    const namespace = await Namespace.create([
      // What cannot be written is not udev's: NetworkManager does not wait for it.
      "mount -t sysfs -o ro none /sys",
      "for place in /run /var/lib/NetworkManager /etc/NetworkManager /usr/lib/NetworkManager/conf.d; do",
      "  if [ -d $place ]; then mount -t tmpfs none $place; fi",
      "done",
      "mkdir /run/NetworkManager /etc/NetworkManager/system-connections",
      "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6",
      "ip link add wl0 type veth peer name ap0",
      "ip link set ap0 up",
    ]);
    const manager = new TestNetworkManager(namespace, await SystemBus.start(namespace), newFolder());
    await manager.start();
    return manager;
  }

  private constructor(namespace: Namespace, bus: SystemBus, folder: Folder) {
    this.namespace = namespace;
    this.bus = bus;
    this.env = { DBUS_SYSTEM_BUS_ADDRESS: bus.address };
    this.#folder = folder;
    writeFileSync(folder.file("NetworkManager.conf"), configuration);
  }

  /** Starts NetworkManager, again. */
  async start(): Promise<void> {
    // One that is about to end would keep the new one from running.
    await this.namespace.ended("NetworkManager");
    const places = ["--state-file=/run/NetworkManager/state", "--pid-file=/run/NetworkManager/pid"];
    const file = this.#folder.file("NetworkManager.conf");
    this.#run("NetworkManager", "--no-daemon", `--config=${file}`, ...places);
    await until(
      "NetworkManager",
      async () => {
        return (await this.command("-g RUNNING general").catch(() => "")) === "running";
      },
      30_000,
    );
  }

  /** Runs nmcli with these words, to its end. */
  async command(words: string): Promise<string> {
    const program = this.#run("nmcli", ...words.split(" "));
    const { code } = await program.ended;
    if (code !== 0) throw new Error(`nmcli ${words}: ${program.stdout}${program.stderr}`);
    return program.stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
    await this.namespace[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }

  #run(command: string, ...args: readonly string[]): Program {
    return this.namespace.start(command, args, { ...process.env, ...this.env });
  }
}

const configuration = `[main]
plugins=keyfile
dns=none
rc-manager=unmanaged
auth-polkit=false
no-auto-default=*
dhcp=internal
[device]
match-device=interface-name:ap*
managed=0
[device-others]
match-device=*
managed=1
[logging]
level=WARN
`;
