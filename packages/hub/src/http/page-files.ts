import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, sep } from "node:path";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { HttpError } from "./errors.ts";

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

/** Where the page is built to. */
export const pageFolder: string = join(
  dirname(createRequire(import.meta.url).resolve("@doorbell-js/hub/package.json")),
  "dist/page",
);

/** Nothing but what this hub serves; no inline script, no frame, no form. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** The page's files by their paths below its folder, held in memory: what is not there when they are read is not served. */
function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of list(folder)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    files.set(path.slice(folder.length + 1).replaceAll(sep, "/"), {
      bytes,
      type: types[extname(path)] ?? "application/octet-stream",
      etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    });
  }
  return files;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json; charset=utf-8",
};

function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}
