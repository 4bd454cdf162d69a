import { LineServer, type ListenAddress, type ListenOptions, type ServerEvent } from "@doorbell-js/doorbell/line";

import type { Classifieds, Random } from "../source/index.ts";

export interface LineDoorOptions {
  readonly random: Random;
  readonly classifieds: Classifieds;
  /** Every address to listen at. */
  readonly listen: readonly ListenOptions[];
  readonly log: (event: ServerEvent) => void;
}

export interface LineDoor extends AsyncDisposable {
  readonly addresses: readonly ListenAddress[];
}

/** Opens the hub's sources to clients of the line protocol. If one address cannot be had, none is. */
export async function openLineDoor({ random, classifieds, listen, log }: LineDoorOptions): Promise<LineDoor> {
  const server = new LineServer({
    sources: { random, classified: classifieds },
    post: (text) => classifieds.post(text),
    log,
  });
  const addresses: ListenAddress[] = [];
  try {
    for (const options of listen) addresses.push(await server.listen(options));
  } catch (cause) {
    await server.close();
    throw cause;
  }
  return { addresses, [Symbol.asyncDispose]: () => server.close() };
}
