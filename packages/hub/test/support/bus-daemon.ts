import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";

import { newFolder } from "@doorbell-js/test-support/folder";
import { createBroker } from "dbus-native";

/** A private bus of a test: nobody else's, with nothing on it that the test did not put there. */
export interface TestBus extends AsyncDisposable {
  readonly path: string;
  readonly address: string;
  /** Ends the bus at once. */
  kill(): Promise<void>;
  /** Brings it up again, at the same address. */
  restart(): Promise<void>;
}

/** A real dbus-daemon, which starts no service by itself. It may listen at another address as well. */
export async function startDaemon(alsoAt?: string): Promise<TestBus> {
  const folder = newFolder();
  const path = folder.file("bus");
  writeFileSync(
    folder.file("bus.conf"),
    configuration([`unix:path=${path}`, ...(alsoAt === undefined ? [] : [alsoAt])]),
  );
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    child = undefined;
    // What a daemon that was killed leaves behind is in the way of the next.
    rmSync(path, { force: true });
  };
  const restart = async (): Promise<void> => {
    await kill();
    const args = [`--config-file=${folder.file("bus.conf")}`, "--nofork", "--nopidfile", "--print-address=1"];
    child = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "inherit"] });
    // It prints its address when it listens.
    await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  };
  await restart();
  return testBus(path, kill, restart, () => folder[Symbol.dispose]());
}

/** The library's own bus, in this process: not a real one, but it runs wherever Node does. */
export async function startBroker(): Promise<TestBus> {
  const folder = newFolder();
  const path = folder.file("bus");
  let broker: ReturnType<typeof createBroker> | undefined;
  const kill = async (): Promise<void> => {
    const ended = broker;
    broker = undefined;
    if (ended !== undefined) await new Promise<void>((resolve) => void ended.close(resolve));
    rmSync(path, { force: true });
  };
  const restart = async (): Promise<void> => {
    await kill();
    broker = createBroker({ authTimeout: 0 });
    const started = broker;
    await new Promise<void>((resolve, reject) => {
      started.listen({ socket: path }, (error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
  };
  await restart();
  return testBus(path, kill, restart, () => folder[Symbol.dispose]());
}

function testBus(path: string, kill: () => Promise<void>, restart: () => Promise<void>, clean: () => void): TestBus {
  return {
    path,
    address: `unix:path=${path}`,
    kill,
    restart,
    async [Symbol.asyncDispose]() {
      await kill();
      clean();
    },
  };
}

/** Whoever may connect may do everything, as on a session bus. */
function configuration(addresses: readonly string[]): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  ${addresses.map((address) => `<listen>${address}</listen>`).join("")}
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
