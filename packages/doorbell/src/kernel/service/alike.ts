import { KernelError } from "../errors.ts";
import type {
  AnswerCount,
  BlockingScalarEntry,
  Entries,
  Entry,
  LendEntry,
  MoveEntry,
  MutableLendEntry,
  ScalarEntry,
  Service,
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

/**
 * The opcode of another service that messages of an opcode are to go on as. Fails with `InvalidArgument` if they cannot:
 * kinds, answers and whether a value is carried are looked at here, and the shapes of values by the types alone.
 */
export function alike(name: string, own: Entry, there: Service<Entries>, as: unknown): Entry {
  const other = typeof as === "string" && Object.hasOwn(there.entries, as) ? there.entries[as] : undefined;
  const why = other === undefined ? "there is no such opcode there" : difference(own, other);
  if (other !== undefined && why === undefined) return other;
  throw new KernelError("InvalidArgument", `${name}, a ${own.kind}, cannot go on as ${String(as)}: ${why}.`);
}

function difference(own: Entry, other: Entry): string | undefined {
  if (other.kind !== own.kind) return `that is a ${other.kind}`;
  if (own.kind === "blockingScalar" && other.kind === "blockingScalar" && own.answer !== other.answer)
    return `that is answered with ${other.answer} numbers, and this with ${own.answer}`;
  return hasValue(own) === hasValue(other) ? undefined : "one of them carries a value, the other plain memory";
}

function hasValue(entry: Entry): boolean {
  return "value" in entry && entry.value !== undefined;
}
