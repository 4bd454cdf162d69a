export { type Client, client, type ClientOf } from "./client.ts";
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
  Service,
  service,
  serviceAndOptions,
} from "./entries.ts";
export { Face, face, type FaceTable, here } from "./face.ts";
export type { ServiceMessage } from "./message.ts";
export { type Handlers, ServiceServer } from "./server.ts";
