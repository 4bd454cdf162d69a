/** The browser's clock. */
export const clock = {
  now: (): number => performance.now(),
  after: (delayMs: number, run: () => void): { cancel(): void } => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
} as const;
