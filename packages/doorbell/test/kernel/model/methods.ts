/** A connection's calls, by form and kind. */
export const methods = {
  try: {
    scalar: "tryScalar",
    blockingScalar: "tryBlockingScalar",
    lend: "tryLend",
    mutableLend: "tryMutableLend",
    move: "tryMove",
  },
  await: {
    scalar: "scalar",
    blockingScalar: "blockingScalar",
    lend: "lend",
    mutableLend: "mutableLend",
    move: "move",
  },
  sync: {
    scalar: "scalarSync",
    blockingScalar: "blockingScalarSync",
    lend: "lendSync",
    mutableLend: "mutableLendSync",
    move: "moveSync",
  },
} as const;
