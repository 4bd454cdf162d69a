import { inspect } from "node:util";

/** Says how instances of a class are printed by `console.log` and in errors: by this text, and never by what they hold. */
export function printed<T extends object>(prototype: T, text: (instance: T) => string): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: T): string {
      return text(this);
    },
  });
}
