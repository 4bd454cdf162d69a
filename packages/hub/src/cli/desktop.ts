import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import type { Command } from "commander";

import { printable } from "../printable.ts";
import { withHubAddress } from "./address.ts";
import { dataOption, xdgFolder } from "./options.ts";
import { colors, Exit, Failure, print, remark } from "./output.ts";
import { withPopupOptions } from "./popups.ts";

export function addDesktop(program: Command): void {
  const desktop = program.command("desktop").description("have new items pop up on your desktop");
  addDesktopInstall(desktop);
}

const UNIT = "doorbell-desktop.service";

function addDesktopInstall(desktop: Command): void {
  const command = withHubAddress(desktop.command("install"))
    .description('show the systemd user unit that runs "doorbell watch --desktop" with your session, and write it')
    .option("-s, --source <name...>", "only of these sources (default: all that the hub has)");
  withPopupOptions(command)
    .option("--inbox [name]", "what comes to an inbox, and of the rest only --source")
    .addOption(dataOption("the hub's data folder, where its keys are"))
    .option("--dry-run", "show it, and write nothing")
    .addHelpText(
      "after",
      `
It starts where graphical-session.target does, as on GNOME, KDE Plasma and most others. Where yours has
none, have "doorbell watch --desktop" started with your session in its own way.

Example, and how to take it back:
  $ doorbell desktop install --urgency random=low
  $ systemctl --user disable --now ${UNIT}`,
    )
    .action(install);
}

interface InstallOptions {
  readonly dryRun?: boolean;
}

async function install(options: InstallOptions, command: Command): Promise<void> {
  const unit = userUnit([process.execPath, realpathSync(process.argv[1] as string), ...watchArguments(command)]);
  const path = join(unitFolder(), UNIT);
  print(`# ${printable(path)}\n${unit}`.trimEnd());
  if (options.dryRun === true) return;
  writeUnit(path, unit);
  const { dim } = colors(process.stderr);
  remark(dim(`Written, and enabled: it starts with your next session. Now: systemctl --user start ${UNIT}`));
  await promisify(execFile)("systemctl", ["--user", "daemon-reload"], { timeout: 5_000 }).catch(() => {
    remark(dim("systemd could not be told now; it reads the unit when you log in."));
  });
}

/** `watch` with the options that were given here, as options or by the environment; the settings file speaks for itself. */
function watchArguments(command: Command): readonly string[] {
  const given = command.options.flatMap((option): readonly string[] => {
    const name = option.attributeName();
    const from = command.getOptionValueSource(name);
    if (name === "dryRun" || (from !== "cli" && from !== "env")) return [];
    const value: unknown = command.getOptionValue(name);
    const long = option.long as string;
    if (value === true) return [long];
    // The service does not begin where the person is now.
    if (["socket", "ca", "data"].includes(name)) return [long, resolve(String(value))];
    return [long, ...[value].flat().map(String)];
  });
  return ["watch", "--desktop", ...given];
}

function unitFolder(): string {
  return join(xdgFolder("XDG_CONFIG_HOME"), "systemd", "user");
}

/** The unit of the person's own service manager that runs a command for as long as their desktop is up. */
export function userUnit(command: readonly string[]): string {
  return `${UNIT_MARK}, which writes it anew.
[Unit]
Description=Doorbell: new items as pop-ups on the desktop
PartOf=graphical-session.target
After=graphical-session.target
# The hub may come later, and go.
StartLimitIntervalSec=0

[Service]
ExecStart=${command.map(quoted).join(" ")}
Restart=on-failure
RestartSec=10
# A browser that a pop-up opened stays.
KillMode=process

[Install]
WantedBy=graphical-session.target
`;
}

/** What a unit of ours begins with, so that nobody else's is written over. */
const UNIT_MARK = '# Written by "doorbell desktop install"';

/** An argument as systemd reads it: no variable, no specifier, no escape of its own. */
function quoted(argument: string): string {
  if (/\p{Cc}/u.test(argument))
    throw new Failure(Exit.Usage, `no unit can hold an argument with a control character: ${JSON.stringify(argument)}`);
  const plain = argument.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `"${plain}"`;
}

/** Writes the unit, whole or not at all, and enables it as `systemctl --user enable` does. */
function writeUnit(path: string, unit: string): void {
  const link = join(dirname(path), "graphical-session.target.wants", UNIT);
  try {
    if (!isOurs(path))
      throw new Failure(
        Exit.Failed,
        `${path} is there already, and was not written by this command: move it away first`,
      );
    mkdirSync(dirname(link), { recursive: true });
    writeFileSync(`${path}.new`, unit);
    renameSync(`${path}.new`, path);
    rmSync(link, { force: true });
    symlinkSync(`../${UNIT}`, link);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(Exit.Failed, `the unit cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether it may be written over: it is not there, or from us. */
function isOurs(path: string): boolean {
  try {
    return readFileSync(path, "utf8").startsWith(UNIT_MARK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}
