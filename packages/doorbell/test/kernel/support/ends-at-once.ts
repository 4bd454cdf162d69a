/** A worker that has nothing to do. */
process.exitCode = 0;
