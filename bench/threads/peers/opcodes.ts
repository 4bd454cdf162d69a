/** What our server is asked for. */
export const Id = {
  /** Takes it, and no more. */
  take: 0,
  /** Takes it, and the like of it that follow. */
  takeMany: 4,
  echo: 1,
  /** Moves the memory back. */
  giveBack: 2,
  /** Reads the value. */
  decode: 3,
} as const;
