import {
  type Clock,
  type ListenAddress,
  type ListenOptions,
  type ServerEvent,
  systemClock,
} from "@doorbell-js/doorbell/line";

import { openLineDoor } from "./door/index.ts";
import { Classifieds, Random } from "./source/index.ts";
import { MemoryStore } from "./store/index.ts";

export interface HubOptions {
  /** Addresses of the line protocol. */
  readonly listen: readonly ListenOptions[];
  /** New random numbers a minute, on average. */
  readonly randomPerMinute: number;
  readonly log: (event: ServerEvent) => void;
  /** When random numbers come. @default systemClock */
  readonly clock?: Clock;
  /** What they are. @default Math.random */
  readonly random?: () => number;
}

export interface Hub extends AsyncDisposable {
  readonly addresses: readonly ListenAddress[];
}

/** Brings everything up, from the store to the doors; disposing takes it down in the opposite order. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { listen, randomPerMinute, log, clock = systemClock } = options;
  const store = new MemoryStore();
  const random = new Random({ perMinute: randomPerMinute, clock, random: options.random ?? Math.random });
  const classifieds = new Classifieds(store.ads);
  const close = async (): Promise<void> => {
    random[Symbol.dispose]();
    await store[Symbol.asyncDispose]();
  };
  try {
    const door = await openLineDoor({ random, classifieds, listen, log });
    return {
      addresses: door.addresses,
      async [Symbol.asyncDispose]() {
        await door[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}
