import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { HttpError } from "../errors.ts";
import { type PageFile, readPageFiles } from "../page/index.ts";

/** Nothing but what this hub serves; no inline script, no frame, no form. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/** The page. Its files are read when it is first asked for. */
export function addPage(app: FastifyInstance, folder: string): void {
  let files: ReadonlyMap<string, PageFile> | undefined;
  const serve = async (request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> => {
    files ??= readPageFiles(folder);
    const file = files.get(path);
    if (file === undefined && files.size === 0)
      throw new HttpError(404, "NotBuilt", "the page was not built: npm run build in the repository makes it");
    if (file === undefined) throw new HttpError(404, "NotFound", "the page has no such file");
    const isNamedByContent = path.startsWith("assets/");
    void reply.headers({
      etag: file.etag,
      "cache-control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
      "content-security-policy": policy,
      "cross-origin-opener-policy": "same-origin",
      "x-frame-options": "DENY",
    });
    if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
    return reply.type(file.type).send(file.bytes);
  };
  for (const url of ["/", "/login"])
    app.get(url, { exposeHeadRoute: true }, (request, reply) => serve(request, reply, "index.html"));
  app.get("/assets/*", { exposeHeadRoute: true }, (request, reply) =>
    serve(request, reply, `assets/${(request.params as { readonly "*": string })["*"]}`),
  );
}
