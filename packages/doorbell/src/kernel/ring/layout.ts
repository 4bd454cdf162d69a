/**
 * Where everything is in the memory that two connected threads share: a half for each direction, and in each half
 *
 * ```
 *   TAIL          | written by the sender: how many slots it has published
 *   HEAD          | written by the receiver: how many slots it has taken
 *   ROOM_WANTED   | set by a sender that waits for room, cleared by the receiver that made some
 *   slots         | 64 bytes each
 *   sent          | per connection, written by the sender: how many messages it has sent
 *   consumed      | per connection, written by the receiver: how many of them are received (or answered)
 *   bytes         | small memory, copied in line
 * ```
 *
 * A line of cache each for what different threads write. Neither side ever reads back what it wrote itself.
 */
export const TAIL = 0;
export const HEAD = 16;
export const ROOM_WANTED = 32;
/** Words of 32 bits before the slots. */
const HEADER = 48;

/** Words of 32 bits in a slot. */
export const SLOT = 16;

// The words of a slot. Its five numbers of 64 bits begin at byte 24.
export const KIND = 0;
export const CONNECTION = 1;
export const OPCODE = 2;
export const CALL = 3;
export const TICKET = 4;
export const LENGTH = 5;
/** In numbers of 64 bits. */
export const NUMBERS = 3;

/**
 * What a slot holds: the five kinds of message; the answer to a call, given by the server that was called or by one that
 * the call was passed on to; and the word that it was passed on.
 */
export const Kind = {
  scalar: 1,
  blockingScalar: 2,
  lend: 3,
  mutableLend: 4,
  move: 5,
  answer: 6,
  passedAnswer: 7,
  passed: 8,
} as const;

/** Where the bytes of a memory message are; in the second byte of a slot's KIND. The third is how often it was passed on. */
export const Where = { none: 0, inline: 1, port: 2 } as const;

/** How many connections have their counters in the lane itself; more get pages of their own. */
export const CONNECTIONS_IN_LANE = 64;
/** How many connections have their counters in one further page. */
export const CONNECTIONS_IN_PAGE = 1_024;

/** The size of a lane's rings. */
export interface RingSize {
  /** A power of two, 1 or more. */
  readonly slots: number;
  /** For memory in line; a power of two, 64 or more. */
  readonly bytes: number;
}

/** Where the parts of one direction begin, in words of 32 bits. */
export interface Half {
  readonly control: number;
  readonly slots: number;
  readonly sent: number;
  readonly consumed: number;
  /** In bytes. */
  readonly bytes: number;
}

/** How many bytes both directions take. */
export function laneBytes(size: RingSize): number {
  return 2 * halfBytes(size);
}

/** Where one direction is: 0 is from the lower thread to the higher, 1 the other way. */
export function half(size: RingSize, direction: 0 | 1): Half {
  const control = (direction * halfBytes(size)) / WORD;
  const slots = control + HEADER;
  const sent = slots + size.slots * SLOT;
  const consumed = sent + CONNECTIONS_IN_LANE;
  return { control, slots, sent, consumed, bytes: (consumed + CONNECTIONS_IN_LANE) * WORD };
}

function halfBytes({ slots, bytes }: RingSize): number {
  return (HEADER + slots * SLOT + 2 * CONNECTIONS_IN_LANE) * WORD + bytes;
}

const WORD = 4;
