import type {
  AnswerCount,
  BlockingScalarEntry,
  Entries,
  Entry,
  LendEntry,
  MoveEntry,
  MutableLendEntry,
  ScalarEntry,
} from "./entries.ts";

/** Two types that each can stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Whether two opcodes are of one kind, and carry and answer the same. */
type IsAlike<E extends Entry, O extends Entry> = E extends ScalarEntry
  ? O extends ScalarEntry
    ? true
    : false
  : E extends BlockingScalarEntry<infer N extends AnswerCount>
    ? O extends BlockingScalarEntry<infer M extends AnswerCount>
      ? Same<N, M>
      : false
    : E extends MutableLendEntry<infer V, infer A>
      ? O extends MutableLendEntry<infer W, infer B>
        ? Same<[V, A], [W, B]>
        : false
      : E extends LendEntry<infer V>
        ? O extends LendEntry<infer W>
          ? Same<V, W>
          : false
        : E extends MoveEntry<infer V>
          ? O extends MoveEntry<infer W>
            ? Same<V, W>
            : false
          : false;

/** The opcodes of another service that a message of this one can be passed on as. */
export type Alike<E extends Entry, O extends Entries> = {
  [N in keyof O & string]: IsAlike<E, O[N]> extends true ? N : never;
}[keyof O & string];
