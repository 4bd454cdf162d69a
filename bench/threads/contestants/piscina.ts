import { fileURLToPath } from "node:url";

import { Piscina } from "piscina";

import { type Contestant, inFlight, peer } from "./contestant.ts";

/** piscina, with one thread, which may have as many tasks as are piped. */
export async function piscina(): Promise<Contestant> {
  const pool = new Piscina<number, number>({
    filename: fileURLToPath(peer("piscina")),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: inFlight,
  });
  await pool.run(0);
  return {
    name: "piscina",
    call: async (number) => await pool.run(number),
    async [Symbol.asyncDispose]() {
      await pool.destroy();
    },
  };
}
