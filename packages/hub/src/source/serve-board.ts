import type { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { sourceName } from "./api.ts";
import { boardFace, boardName, BoardService, boardSourceFace, type Posted } from "./board-api.ts";
import type { Classifieds } from "./classifieds.ts";
import { namedFace, servePrivate, type Serving } from "./serve-private.ts";
import { SourceHost } from "./source-host.ts";

/** A board that is to be served. */
export interface ServedBoard {
  /** Of its private server. */
  readonly sid: Sid;
  readonly classifieds: Classifieds;
  /** Which count the numbers of ads are of. */
  readonly era: number;
  readonly onError: (cause: unknown) => void;
}

/** Serves the board: its private server, and two faces on it, one to read by and one to post by. */
export async function serveBoard(kernel: Kernel, options: ServedBoard): Promise<Serving> {
  const { sid, classifieds, era, onError } = options;
  const host = new SourceHost(kernel, classifieds, era);
  const post = async (text: string): Promise<Posted> => {
    try {
      return { kind: "stored", value: await classifieds.post(text) };
    } catch (cause) {
      onError(cause);
      return { kind: "refused", value: String(cause instanceof Error ? cause.message : cause).slice(0, 256) };
    }
  };
  return await servePrivate(kernel, {
    service: BoardService,
    sid,
    handlers: (quit) => ({ ...host.handlers, Post: ({ value }) => post(value.text), Quit: quit }),
    faces: [
      namedFace(kernel, sourceName("classified"), boardSourceFace, onError),
      namedFace(kernel, boardName, boardFace, onError),
    ],
    onError,
    owned: [host],
  });
}
