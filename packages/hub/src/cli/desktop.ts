import type { Command } from "commander";

import { addDesktopInstall } from "./desktop-install.ts";

export function addDesktop(program: Command): void {
  const desktop = program.command("desktop").description("have new items pop up on your desktop");
  addDesktopInstall(desktop);
}
