import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

import type { Action } from "../door/index.ts";
import { isOpenable } from "./inbox-item.ts";
import { printable } from "./terminal.ts";

/** What fits a button, behind "Open". */
const HOST_MAX = 35;

/** A program and its arguments. */
type Tool = readonly [string, ...string[]];

/** What the person can do with an item that popped up: copy it; open the web page that it names. */
export class ItemActions {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #say: (message: string) => void;
  readonly #copier: Tool | undefined;
  readonly #opener: Tool | undefined;

  constructor(environment: NodeJS.ProcessEnv, say: (message: string) => void) {
    this.#environment = environment;
    this.#say = say;
    const copiers: readonly Tool[] = [
      ...(environment["WAYLAND_DISPLAY"] ? [["wl-copy"] as const] : []),
      ...(environment["DISPLAY"]
        ? ([
            ["xclip", "-selection", "clipboard"],
            ["xsel", "-ib"],
          ] as const)
        : []),
    ];
    this.#copier = copiers.find(([name]) => isInstalled(name, environment));
    this.#opener = isInstalled("xdg-open", environment) ? ["xdg-open"] : undefined;
  }

  /** Of what an inbox was told, with an address that a click is to open: it was said by who holds a bell. */
  ofClick(address: string): readonly Action[] {
    const isPossible = this.#opener !== undefined && isOpenable(address);
    return isPossible
      ? [
          { key: "default", label: "Open" },
          { key: "open", label: `Open ${shownTarget(address)}` },
        ]
      : [];
  }

  /** Opens such an address. */
  open(address: string, activationToken: string | undefined): void {
    if (this.#opener === undefined || !isOpenable(address)) return;
    this.#run([...this.#opener, new URL(address).href], "", activationToken);
  }

  /**
   * The actions that there are programs for. A click on the pop-up itself copies: it is easily done by mistake, and an
   * item may be anybody's. The page has a button that says where it leads.
   */
  of(item: string): readonly Action[] {
    const page = this.#opener === undefined ? undefined : pageIn(item);
    const copies =
      this.#copier === undefined
        ? []
        : [
            { key: "default", label: "Copy" },
            { key: "copy", label: "Copy" },
          ];
    return [...copies, ...(page === undefined ? [] : [{ key: "open", label: `Open ${shownHost(page)}` }])];
  }

  /** Does what was chosen. What fails is said, and ends nothing. */
  act(action: string, item: string, activationToken: string | undefined): void {
    const page = pageIn(item);
    if (action === "open" && this.#opener !== undefined && page !== undefined)
      this.#run([...this.#opener, page.href], "", activationToken);
    // Spelled out, too: what is copied is pasted elsewhere, at a shell for example.
    else if (action !== "open" && this.#copier !== undefined) this.#run(this.#copier, printable(item), undefined);
  }

  #run([name, ...args]: Tool, input: string, activationToken: string | undefined): void {
    const env = {
      ...this.#environment,
      ...(activationToken !== undefined && { XDG_ACTIVATION_TOKEN: activationToken }),
    };
    // On its own: a browser that it starts goes on when the watch ends.
    const child = spawn(name, args, { env, stdio: ["pipe", "ignore", "ignore"], detached: true });
    child.on("error", (error) => this.#say(`${name} could not be started: ${error.message}`));
    child.on("exit", (code) => {
      if (code !== null && code !== 0) this.#say(`${name} failed: exit code ${code}`);
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.unref();
  }
}

/** The first web page that a text names, if nothing in its address is for show. */
function pageIn(item: string): URL | undefined {
  const [found = ""] = /https?:\/\/[^\s<>"\p{Cc}\p{Cf}]+/u.exec(item) ?? [];
  const text = found.replace(/[.,;:!?'")\]]+$/, "");
  if (!URL.canParse(text)) return undefined;
  const page = new URL(text);
  // A name before the host reads as if it were the host.
  return page.username === "" && page.password === "" && page.href.length <= 2_048 ? page : undefined;
}

/** The end of a long name is what says whose it is. */
function shownHost({ host }: URL): string {
  return host.length <= HOST_MAX ? host : `…${host.slice(1 - HOST_MAX)}`;
}

/** Where an address leads. */
function shownTarget(address: string): string {
  const url = new URL(address);
  return url.protocol === "mailto:" ? "a letter" : shownHost(url);
}

function isInstalled(name: string, environment: NodeJS.ProcessEnv): boolean {
  return (environment["PATH"] ?? "").split(delimiter).some((folder) => {
    if (!isAbsolute(folder)) return false;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
