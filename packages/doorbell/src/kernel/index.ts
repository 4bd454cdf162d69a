/**
 * Capability message passing between threads. A server is reached by whoever was given its id, or a narrower one;
 * messages pass between two threads through memory that only they share.
 */

export { Kernel, type KernelOptions } from "./kernel.ts";
export { ownThread, permissionFlags, SpawnedThread, type SpawnOptions } from "./workers/workers.ts";
export { Sid, type SidWords } from "./ids.ts";
export { type NarrowedSid, type NarrowOptions, ServerHandle, type ServerOptions } from "./thread/server.ts";
export type { NamedServerOptions, Names } from "./names/client.ts";
export type {
  AnswerWords,
  BlockingScalarMessage,
  Connection,
  Failure,
  LendMessage,
  MemoryWords,
  Message,
  MoveMessage,
  ScalarMessage,
  Server,
  SyncOptions,
  WaitOptions,
  Words,
} from "./types.ts";
export { Memory, type MemoryView } from "./memory.ts";
export { KernelError, type KernelErrorCode, kernelErrorCodes, type KernelErrorOptions } from "./errors.ts";
export { checkKnown, isOpcode } from "./options.ts";
export type { KernelLimits, KernelReport, ServerReport } from "./broker/protocol.ts";
export {
  blockingScalar,
  type BlockingScalarEntry,
  type Entries,
  lend,
  type LendEntry,
  move,
  type MoveEntry,
  mutableLend,
  type MutableLendEntry,
  scalar,
  type ScalarEntry,
  type Service,
  service,
} from "./service/service.ts";
export { type Client, client, type ClientOf } from "./service/client.ts";
export type { Handlers, ServiceMessage, ServiceServer } from "./service/server.ts";
export { type Face, face, type FaceTable, here } from "./service/face.ts";
export {
  decode,
  encode,
  encodedLength,
  encodeNew,
  standard,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "./archive/archive.ts";
export type { Infer, Shape } from "./archive/codec.ts";
export { bool, f32, f64, i16, i32, i64, i8, oneOf, u16, u32, u64, u8, unit } from "./archive/scalars.ts";
export { bytes, text } from "./archive/strings.ts";
export { fixed, list, option, record, variant } from "./archive/composites.ts";
