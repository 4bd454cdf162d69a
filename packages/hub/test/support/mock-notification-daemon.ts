import type { Content, FullDaemon } from "../../src/desktop/popup.ts";

/** One call that the mock was sent, and how it is answered. */
export interface MockCall {
  readonly what: "capabilities" | "show" | "close";
  readonly content?: Content;
  /** The number that `show` replaces, or `close` closes. */
  readonly id?: number;
  readonly signal: AbortSignal;
  /** Whether it waits for its answer. */
  isOpen: boolean;
  answer(value?: unknown): void;
  fail(error: Error): void;
}

/** A mock of a notification daemon, without a bus: it answers when the test says so, or by itself. */
export class MockNotificationDaemon implements FullDaemon {
  readonly canClose = true;
  readonly calls: MockCall[] = [];
  /** The most calls that were ever in flight. */
  inFlightMax = 0;
  isAutomatic = true;
  /** Why it shows nothing, although it says what it can. */
  takesNothing: (() => Error) | undefined;
  capabilityNames: readonly string[] = ["actions", "body", "body-markup"];
  #inFlight = 0;
  #ids = 0;

  capabilities(signal: AbortSignal): Promise<readonly string[]> {
    return this.#called({ what: "capabilities", signal }, () => this.capabilityNames);
  }

  show(content: Content, replaces: number, signal: AbortSignal): Promise<number> {
    return this.#called({ what: "show", content, id: replaces, signal }, () => {
      if (replaces !== 0) return replaces;
      this.#ids += 1;
      return this.#ids;
    });
  }

  close(id: number, signal: AbortSignal): Promise<void> {
    return this.#called({ what: "close", id, signal }, () => {});
  }

  get last(): MockCall {
    return this.calls.at(-1) as MockCall;
  }

  /** Calls of one kind, briefly: `body` of what was shown and what it replaced, or the number that was closed. */
  get told(): readonly string[] {
    return this.calls
      .filter(({ what }) => what !== "capabilities")
      .map(({ what, content, id }) =>
        what === "close" ? `close ${id}` : `${content?.summary}|${content?.body}|${id}`,
      );
  }

  #called<T>(call: Omit<MockCall, "answer" | "fail" | "isOpen">, automatic: () => T): Promise<T> {
    this.#inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.#inFlight);
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        this.#inFlight -= 1;
        mocked.isOpen = false;
      };
      const mocked: MockCall = {
        ...call,
        isOpen: true,
        answer: (value) => {
          end();
          resolve(value === undefined ? automatic() : (value as T));
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      this.calls.push(mocked);
      if (call.what === "show" && this.takesNothing !== undefined) this.last.fail(this.takesNothing());
      else if (this.isAutomatic) this.last.answer();
    });
  }
}
