import { useEffect, useRef } from "preact/hooks";

/** The title of the window: where one is, and how many items came since one looked away. */
export function useTitle(name: string, newest: number = 0, isLoaded: boolean = true): void {
  const seen = useRef<number | undefined>(undefined);
  useEffect(() => {
    const show = (): void => {
      if (document.visibilityState === "visible" || !isLoaded) seen.current = isLoaded ? newest : undefined;
      const count = newest - (seen.current ?? newest);
      document.title = `${count > 0 ? `(${count}) ` : ""}${name} – Doorbell`;
    };
    show();
    document.addEventListener("visibilitychange", show);
    return () => document.removeEventListener("visibilitychange", show);
  }, [name, newest, isLoaded]);
}
