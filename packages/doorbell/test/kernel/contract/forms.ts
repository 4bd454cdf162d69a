import type { Memory } from "../../../src/kernel/memory.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { AnswerWords, Connection, MemoryWords, Message } from "../../../src/kernel/types.ts";

/** How one end waits. */
export type Form = "await" | "sync";

/** The calls of a connection in one form, so that a scenario is written once. */
export class Caller {
  readonly connection: Connection;
  readonly #sync: boolean;

  constructor(connection: Connection, form: Form) {
    this.connection = connection;
    this.#sync = form === "sync";
  }

  async scalar(id: number, ...words: number[]): Promise<void> {
    if (this.#sync) this.connection.scalarSync(id, words);
    else await this.connection.scalar(id, words);
  }

  async ask(id: number, ...words: number[]): Promise<AnswerWords> {
    return this.#sync ? this.connection.blockingScalarSync(id, words) : await this.connection.blockingScalar(id, words);
  }

  async lend(id: number, memory: Memory, words: MemoryWords = {}): Promise<MemoryWords> {
    return this.#sync ? this.connection.lendSync(id, memory, words) : await this.connection.lend(id, memory, words);
  }

  async mutableLend(id: number, memory: Memory, words: MemoryWords = {}): Promise<MemoryWords> {
    if (this.#sync) return this.connection.mutableLendSync(id, memory, words);
    return await this.connection.mutableLend(id, memory, words);
  }

  async move(id: number, memory: Memory, words: MemoryWords = {}): Promise<void> {
    if (this.#sync) this.connection.moveSync(id, memory, words);
    else await this.connection.move(id, memory, words);
  }

  async moveCopy(id: number, bytes: Uint8Array, words: MemoryWords = {}): Promise<void> {
    if (this.#sync) this.connection.moveCopySync(id, bytes, words);
    else await this.connection.moveCopy(id, bytes, words);
  }
}

/** Every message that comes, received in one form, until the scenario's end. */
export async function* received(server: ServerHandle, form: Form): AsyncGenerator<Message> {
  for (;;) {
    const message = form === "sync" ? server.receiveSync() : await server.receive();
    if (message.id === end && message.kind === "blockingScalar") {
      message.answer(0);
      return;
    }
    yield message;
  }
}

/** The opcode that ends every scenario. */
export const end = 1_000;
