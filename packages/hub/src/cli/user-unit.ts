import { Exit, Failure } from "./failure.ts";

/** What a unit of ours begins with, so that nobody else's is written over. */
export const UNIT_MARK = '# Written by "doorbell desktop install"';

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

/** An argument as systemd reads it: no variable, no specifier, no escape of its own. */
function quoted(argument: string): string {
  if (/\p{Cc}/u.test(argument))
    throw new Failure(Exit.Usage, `no unit can hold an argument with a control character: ${JSON.stringify(argument)}`);
  const plain = argument.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `"${plain}"`;
}
