import { Session } from "node:inspector";

import { until } from "@doorbell-js/test-support/until";

/**
 * Ends threads from within, as an uncaught error does. `worker.terminate()` also ends a thread that is in a call of a compiled library,
 * and SQLite's then takes the process with it (docs/store.md).
 */
export class ThreadDeath implements Disposable {
  readonly #session: Session = new Session();
  /** Those that live: the inspector's session of each, and its title, which has the thread's name. */
  readonly #threads = new Map<string, string>();

  /** Hears of the threads that start from now on. */
  constructor() {
    this.#session.connect();
    this.#session.on("NodeWorker.attachedToWorker", ({ params }) => {
      this.#threads.set(params.sessionId, params.workerInfo.title);
    });
    this.#session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  }

  /** Has the thread whose title has this word end itself between two turns of its event loop. Resolves when it is told. */
  async end(word: string): Promise<void> {
    let sessionId: string | undefined;
    const find = (): boolean => {
      [sessionId] = [...this.#threads].find(([, title]) => title.includes(word)) ?? [];
      return sessionId !== undefined;
    };
    await until(`a thread of ${word}`, find);
    this.#threads.delete(sessionId ?? "");
    const params = { expression: "setImmediate(() => process.exit(3))" };
    const message = JSON.stringify({ id: 1, method: "Runtime.evaluate", params });
    this.#session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}
