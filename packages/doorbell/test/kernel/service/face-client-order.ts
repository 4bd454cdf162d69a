/** What the client of the order test sends, by opcodes in turn: a call, a scalar, memory. */
export const inOrder: readonly number[] = Array.from({ length: 600 }, (_, at) => (at % 3 === 2 ? at % 256 : at));
