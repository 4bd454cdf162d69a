/**
 * Capability message passing between threads. A server is reached by whoever was given its id, or a narrower one;
 * messages pass between two threads through memory that only they share.
 */
export {
  bool,
  bytes,
  decode,
  encode,
  encodedLength,
  encodeNew,
  f32,
  f64,
  fixed,
  i16,
  i32,
  i64,
  i8,
  type Infer,
  list,
  oneOf,
  option,
  record,
  type Shape,
  standard,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  text,
  u16,
  u32,
  u64,
  u8,
  unit,
  variant,
} from "./archive/index.ts";
export type { AnswerWords, MemoryWords, SyncOptions, WaitOptions, Words } from "./api.ts";
export type { KernelLimits, KernelReport, ServerReport } from "./broker/index.ts";
export { ownThread, permissionFlags, SpawnedThread, type SpawnOptions } from "./carrier/index.ts";
export { KernelError, type KernelErrorCode, kernelErrorCodes, type KernelErrorOptions } from "./errors.ts";
export { Kernel, type KernelOptions } from "./kernel.ts";
export { Memory, type MemoryView } from "./memory/index.ts";
export { checkKnown, isOpcode } from "./options.ts";
export { type NamedServerOptions, type Names } from "./names/index.ts";
export {
  blockingScalar,
  type Client,
  client,
  type ClientOf,
  type Entries,
  type Face,
  face,
  type FaceTable,
  type Handlers,
  here,
  lend,
  move,
  mutableLend,
  scalar,
  type Service,
  service,
  type ServiceMessage,
  type BlockingScalarEntry,
  type ScalarEntry,
  type LendEntry,
  type MutableLendEntry,
  type MoveEntry,
  type ServiceServer,
} from "./service/index.ts";
export { Sid, type SidWords } from "./sid.ts";
export {
  type BlockingScalarMessage,
  type Connection,
  type Failure,
  type LendMessage,
  type Message,
  type MoveMessage,
  type NarrowedSid,
  type NarrowOptions,
  type ScalarMessage,
  type Server,
  ServerHandle,
  type ServerOptions,
} from "./thread/index.ts";
