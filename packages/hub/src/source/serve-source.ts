import type { Kernel, Sid } from "@doorbell-js/doorbell/kernel";
import type { Source } from "@doorbell-js/doorbell/line";

import { sourceFace, sourceName, SourceService } from "./api.ts";
import { namedFace, servePrivate, type Serving } from "./serve-private.ts";
import { SourceHost } from "./source-host.ts";

/** A source that is to be served. */
export interface ServedSource {
  readonly name: string;
  /** Of its private server. */
  readonly sid: Sid;
  /** Disposed of at the end, if it can be. */
  readonly source: Source & Partial<Disposable>;
  readonly onError: (cause: unknown) => void;
}

/** Serves a source: a private server with every operation, and its face at `source.<name>`. */
export async function serveSource(kernel: Kernel, { name, sid, source, onError }: ServedSource): Promise<Serving> {
  const host = new SourceHost(kernel, source);
  return await servePrivate(kernel, {
    service: SourceService,
    sid,
    handlers: (quit) => ({ ...host.handlers, Quit: quit }),
    faces: [namedFace(kernel, sourceName(name), sourceFace, onError)],
    onError,
    owned: [host, { [Symbol.dispose]: () => source[Symbol.dispose]?.() }],
  });
}
