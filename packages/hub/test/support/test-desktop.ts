import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { type Folder, newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { startDaemon, type TestBus } from "./bus-daemon.ts";
import { bareEnvironment } from "./doorbell.ts";
import { Picture } from "./picture.ts";
import { run } from "./program.ts";

/** Notification daemons, by their programs. */
export type DaemonName = "dunst" | "notification-daemon";

const NAME = "org.freedesktop.Notifications";
const WIDTH = 800;
/** A picture has half a million points, so two looks do not follow each other at once. */
const LOOK_MS = 20;
const STILL_LOOKS = 4;

/** A desktop of the test's own: a screen that nobody sees, a bus, and a real notification daemon if it is started. */
export class TestDesktop implements AsyncDisposable {
  readonly bus: TestBus;
  /** That of a program on this desktop. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #folder: Folder;
  readonly #screen: ChildProcess;
  #daemon: ChildProcess | undefined;

  static async start(): Promise<TestDesktop> {
    const folder = newFolder();
    // After the last client's end Xvfb would begin anew, and a look could find its file half written.
    const options = ["-screen", "0", `${WIDTH}x600x24`, "-nolisten", "tcp", "-noreset", "-fbdir", folder.path];
    const screen = spawn("Xvfb", ["-displayfd", "3", ...options], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const [number] = (await once(screen.stdio[3] as NonNullable<ChildProcess["stdout"]>, "data")) as [Buffer];
    return new TestDesktop(await startDaemon(), screen, `:${number.toString().trim()}`, folder);
  }

  private constructor(bus: TestBus, screen: ChildProcess, display: string, folder: Folder) {
    this.bus = bus;
    this.#screen = screen;
    this.#folder = folder;
    this.environment = bareEnvironment({
      DISPLAY: display,
      DBUS_SESSION_BUS_ADDRESS: bus.address,
      XDG_RUNTIME_DIR: this.#folder.path,
      HOME: this.#folder.path,
    });
    delete this.environment["WAYLAND_DISPLAY"];
  }

  async startDaemon(name: DaemonName): Promise<void> {
    writeFileSync(this.#folder.file("dunstrc"), dunstrc);
    const [command, ...args] =
      name === "dunst"
        ? ["dunst", "-conf", this.#folder.file("dunstrc")]
        : ["/usr/lib/notification-daemon/notification-daemon"];
    this.#daemon = spawn(command, args, { env: this.environment, stdio: "ignore" });
    await until(`${name} on the bus`, () => this.#isOwned(), 30_000);
  }

  /** Ends the daemon at once. */
  async killDaemon(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, "exit");
    daemon.kill("SIGKILL");
    await ended;
  }

  /** Pops something up by another client, notify-send, as what ours is compared with. */
  async popUp(summary: string, body: string, ...options: readonly string[]): Promise<void> {
    const { code, stderr } = await run("notify-send", [...options, "--", summary, body], { env: this.environment });
    if (code !== 0) throw new Error(`notify-send: ${stderr}`);
  }

  /** Gives the picture on the screen without its background. Xvfb draws into a file, so a look starts no process. */
  look(): Picture {
    return Picture.ofWindowDump(readFileSync(this.#folder.file("Xvfb_screen0"))).cropped();
  }

  /** Waits until the screen shows what is expected. */
  async shows(what: string, expected: (picture: Picture) => boolean): Promise<Picture> {
    let seen = this.look();
    await until(
      what,
      async () => {
        seen = this.look();
        if (expected(seen)) return true;
        await pause(LOOK_MS);
        return false;
      },
      20_000,
    );
    return seen;
  }

  /** Waits until the screen has not changed for as many looks as a daemon needs to draw more than once. */
  async still(): Promise<Picture> {
    let before = this.look();
    let same = 0;
    return this.shows("a screen that stands still", (picture) => {
      same = picture.equals(before) && !picture.isEmpty ? same + 1 : 0;
      before = picture;
      return same === STILL_LOOKS;
    });
  }

  /** As a person does with a mouse. */
  async click(x: number, y: number): Promise<void> {
    await run("xdotool", ["mousemove", String(x), String(y), "click", "1"], { env: this.environment });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killDaemon();
    const ended = once(this.#screen, "exit");
    this.#screen.kill("SIGKILL");
    await ended;
    await this.bus[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }

  #isOwned(): boolean {
    const args = ["--session", "--dest=org.freedesktop.DBus", "--print-reply=literal", "/org/freedesktop/DBus"];
    const { stdout } = spawnSync("dbus-send", [...args, "org.freedesktop.DBus.NameHasOwner", `string:${NAME}`], {
      env: this.environment,
      encoding: "utf8",
    });
    return stdout.includes("true");
  }
}

/** Nothing that changes with time, or that we and another client would differ in. */
const dunstrc = `[global]
    origin = top-right
    offset = 10x10
    width = 300
    notification_limit = 0
    font = DejaVu Sans 9
    markup = full
    format = "<b>%s</b>\\n%b"
    show_age_threshold = -1
    idle_threshold = 0
    show_indicators = no
    mouse_left_click = do_action
    icon_position = off
[urgency_low]
    background = "#222222"
    foreground = "#eeeeee"
    timeout = 0
[urgency_normal]
    background = "#224466"
    foreground = "#ffffff"
    timeout = 0
[urgency_critical]
    background = "#990000"
    foreground = "#ffffff"
    timeout = 0
`;
