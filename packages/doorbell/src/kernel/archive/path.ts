/** Where in a value we are: kept while it is walked slowly, and shown when something is refused. */
export class Path {
  readonly #steps: (string | number)[] = [];

  enter(step: string | number): void {
    this.#steps.push(step);
  }

  leave(): void {
    this.#steps.pop();
  }

  /** As it would be written in a program: `value.networks[3].ssid`. */
  toString(): string {
    return `value${written(this.#steps)}`;
  }
}

/** Steps into a value, as a program writes them. */
export function written(steps: readonly (string | number)[]): string {
  return steps.map(one).join("");
}

function one(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
