import type { Connection } from "../../kernel/index.ts";

const waiting = new WeakMap<Connection, Set<() => void>>();

/** Calls back once a connection has ended, unless it is told to forget that: a promise would remember who asked for ever. */
export function onEnd(connection: Connection, run: () => void): () => void {
  let all = waiting.get(connection);
  if (all === undefined) {
    const made = new Set<() => void>();
    all = made;
    waiting.set(connection, made);
    void connection.ended.then(() => {
      for (const one of made) one();
    });
  }
  all.add(run);
  return () => all.delete(run);
}
