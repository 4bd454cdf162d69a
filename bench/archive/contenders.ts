import { deserialize, serialize } from "node:v8";

import { decode, encode, encodeNew } from "@doorbell-js/doorbell/kernel/archive";
import { Encoder } from "cbor-x";
import { Packr } from "msgpackr";

import type { Job } from "./values.ts";

/** One way to turn a value into bytes and back. */
export interface Contender {
  readonly peer: string;
  /** Encodes the value, decodes the bytes, and returns the copy. */
  readonly roundTrip: () => unknown;
  /** Bytes of the encoding, where there is one to be seen. */
  readonly bytes?: number;
}

/** Ours first. Libraries write into memory that they pool and keep; ours into memory that could be lent or moved. */
export function contenders({ shape, value }: Job): readonly Contender[] {
  const memory = new Uint8Array(encodeNew(shape, value).length + 64);
  // With the names of fields agreed upon beforehand: the fastest either library can do.
  const cbor = new Encoder({ structures: [] });
  const msgpack = new Packr({ structures: [] });
  return [
    {
      peer: "doorbell",
      roundTrip: () => decode(shape, memory.subarray(0, encode(shape, value, memory))),
      bytes: encodeNew(shape, value).length,
    },
    { peer: "doorbell, memory made anew", roundTrip: () => decode(shape, encodeNew(shape, value)) },
    {
      peer: "cbor-x",
      roundTrip: () => cbor.decode(cbor.encode(value)) as unknown,
      bytes: cbor.encode(value).length,
    },
    {
      peer: "msgpackr",
      roundTrip: () => msgpack.unpack(msgpack.pack(value)) as unknown,
      bytes: msgpack.pack(value).length,
    },
    { peer: "structuredClone", roundTrip: () => structuredClone(value) },
    { peer: "v8.serialize", roundTrip: () => deserialize(serialize(value)) as unknown, bytes: serialize(value).length },
  ];
}
