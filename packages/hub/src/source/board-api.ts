import {
  f64,
  type Face,
  face,
  mutableLend,
  type MutableLendEntry,
  record,
  type Service,
  service,
  type Shape,
  text,
  variant,
} from "@doorbell-js/doorbell/kernel";

import { type OwnedSourceEntries, sourceEntries, type SourceEntries, PublicSource } from "./api.ts";

/** What became of an ad: its number once it is stored, or why it was not. */
export type Posted =
  | { readonly kind: "stored"; readonly value: number }
  | { readonly kind: "refused"; readonly value: string };

const Posted: Shape<Posted> = variant({ stored: f64, refused: text(1_024) });

/** What whoever may post can ask. */
export type PostEntries = { readonly Post: MutableLendEntry<{ readonly text: string }, Posted> };

const post: PostEntries = {
  Post: mutableLend(5, { value: record({ text: text(1_024) }), answer: Posted, doc: "Puts an ad on the board." }),
};

/** The private server of the board: a source that can be posted to. */
export const BoardService: Service<OwnedSourceEntries & PostEntries> = service({ ...sourceEntries, ...post });

/** What stands at {@link boardName}: who may read cannot post, and who may post cannot read. */
export const PublicBoard: Service<PostEntries> = service(post);
export const boardName = "board";

const posting = { Post: "Post" } as const;
export const boardFace: Face<PostEntries, OwnedSourceEntries & PostEntries, typeof posting> = face(
  PublicBoard,
  BoardService,
  posting,
);

const reading = { Subscribe: "Subscribe", Unsubscribe: "Unsubscribe", Fetch: "Fetch" } as const;
/** The same as any source shows. */
export const boardSourceFace: Face<SourceEntries, OwnedSourceEntries & PostEntries, typeof reading> = face(
  PublicSource,
  BoardService,
  reading,
);
