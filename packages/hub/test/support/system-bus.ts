import { rmSync, writeFileSync } from "node:fs";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";

import type { Namespace } from "./namespace.ts";
import type { Program } from "./program.ts";

/**
 * A dbus-daemon in a namespace, where NetworkManager finds the processes that ask it for something. It starts no service
 * by itself, and lets everybody do everything.
 */
export class SystemBus implements AsyncDisposable {
  readonly address: string;
  readonly #namespace: Namespace;
  readonly #folder: Folder;
  #daemon: Program | undefined;

  static async start(namespace: Namespace): Promise<SystemBus> {
    const bus = new SystemBus(namespace, newFolder());
    await bus.restart();
    return bus;
  }

  private constructor(namespace: Namespace, folder: Folder) {
    this.#namespace = namespace;
    this.#folder = folder;
    this.address = `unix:path=${folder.file("bus")}`;
    writeFileSync(folder.file("bus.conf"), configuration(this.address));
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    if (this.#daemon === undefined) return;
    this.#namespace.kill("dbus-daemon");
    await this.#daemon.ended;
    this.#daemon = undefined;
    // What a daemon that was killed leaves behind is in the way of the next.
    rmSync(this.#folder.file("bus"), { force: true });
  }

  /** Brings it up, at the same address. */
  async restart(): Promise<void> {
    await this.kill();
    const args = [`--config-file=${this.#folder.file("bus.conf")}`, "--nofork", "--nopidfile", "--print-address=1"];
    this.#daemon = this.#namespace.start("dbus-daemon", args);
    // It prints its address when it listens.
    await this.#daemon.line(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}

function configuration(address: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
`;
}
