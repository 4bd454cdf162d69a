import type { FastifyInstance } from "fastify";

import type { Door } from "../door.ts";
import { addLogin } from "./login.ts";
import { addManaging } from "./manage.ts";
import { addOwning } from "./own.ts";
import { addPage } from "./page.ts";
import { addReading } from "./read.ts";
import { addRing } from "./ring.ts";
import { addSources } from "./sources.ts";
import { addWatching } from "./watch.ts";

/** Everything that docs/http.md lists. */
export function addRoutes(app: FastifyInstance, door: Door, pageFolder: string): void {
  // Bodies are read otherwise there.
  void app.register(async (scope) => addRing(scope, door));
  for (const add of [addReading, addManaging, addOwning, addLogin, addSources, addWatching]) add(app, door);
  addPage(app, pageFolder);
}
