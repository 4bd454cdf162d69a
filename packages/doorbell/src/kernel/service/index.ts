export { type Client, client } from "./client.ts";
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
} from "./entries.ts";
export { type ServiceMessage, ServiceServer } from "./server.ts";
