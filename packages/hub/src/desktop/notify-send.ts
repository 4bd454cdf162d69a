import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { type Content, DesktopError, type PlainDaemon } from "./popup.ts";

const HELP_MS = 5_000;

export interface NotifySendOptions {
  /** What the daemon is told that the program is called. */
  readonly name: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * The command `notify-send`, a process for each pop-up. It finds some daemons that cannot be reached from Node, as on a
 * bus at an abstract socket. What it cannot do: tell what the daemon can show, close a bubble, tell what becomes of
 * one; where it is older than 0.8, replace one.
 */
export class NotifySend implements PlainDaemon {
  readonly canClose = false;
  readonly #options: NotifySendOptions;
  readonly #hasIds: boolean;

  /** Rejects with the system's error when there is no such command. */
  static async open(options: NotifySendOptions): Promise<NotifySend> {
    const { stdout } = await run("notify-send", ["--help"], { env: options.environment, timeout: HELP_MS });
    return new NotifySend(options, stdout.includes("--print-id") && stdout.includes("--replace-id"));
  }

  private constructor(options: NotifySendOptions, hasIds: boolean) {
    this.#options = options;
    this.#hasIds = hasIds;
  }

  /** What nearly every daemon can. Actions would need a process that waits for each bubble. */
  async capabilities(): Promise<readonly string[]> {
    return ["body", "body-markup"];
  }

  async show(content: Content, replaces: number, signal: AbortSignal): Promise<number> {
    const { name, environment } = this.#options;
    const { summary, body, icon, urgency, category, expireMs } = content;
    const args = [
      `--app-name=${name}`,
      `--urgency=${urgency}`,
      ...(icon === "" ? [] : [`--icon=${icon}`]),
      ...(category === undefined ? [] : [`--category=${category}`]),
      ...(expireMs < 0 ? [] : [`--expire-time=${expireMs}`]),
      ...(this.#hasIds ? ["--print-id"] : []),
      ...(this.#hasIds && replaces !== 0 ? [`--replace-id=${replaces}`] : []),
      // What follows is text, also if it begins like an option.
      "--",
      summary,
      // In the body, and nowhere else, it reads \033 as an escape character: text must not become one.
      body.replaceAll("\\", "\\\\"),
    ];
    try {
      const { stdout } = await run("notify-send", args, { env: environment, signal, killSignal: "SIGKILL" });
      const id = Number(stdout.trim());
      return this.#hasIds && Number.isInteger(id) && id > 0 && id < 2 ** 32 ? id : 0;
    } catch (cause) {
      const { stderr = "", message } = cause as Error & { readonly stderr?: string };
      const [why = ""] = (stderr === "" ? message : stderr).split("\n");
      throw new DesktopError("NoDaemon", `notify-send could not show a pop-up: ${why.slice(0, 300)}`, { cause });
    }
  }
}

const run = promisify(execFile);
