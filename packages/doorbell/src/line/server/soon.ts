/**
 * Makes a function that runs things soon, and together when there are many: the first at the end of what is running
 * now, further ones at the end of the event loop's turn. A lone event waits for nothing; a flood of them is handled in
 * bulk.
 */
export function soon(): (run: () => void) => void {
  let isFlood = false;
  const calm = (): void => {
    isFlood = false;
  };
  return (run) => {
    if (isFlood) return void setImmediate(run);
    isFlood = true;
    setImmediate(calm);
    process.nextTick(run);
  };
}
