/** What the browser keeps of the page. Where it may keep nothing, all is new at each visit. */
export const memory = {
  get(name: string): string | undefined {
    try {
      return localStorage.getItem(`doorbell.${name}`) ?? undefined;
    } catch {
      return undefined;
    }
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(`doorbell.${name}`, value);
    } catch {
      // It is kept for this visit by whoever asked.
    }
  },
} as const;
