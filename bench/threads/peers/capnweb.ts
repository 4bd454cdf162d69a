/** The other side of capnweb. */
import { workerData } from "node:worker_threads";

import { newMessagePortRpcSession, RpcTarget } from "capnweb";

export class Api extends RpcTarget {
  echo(number: number): number {
    return number;
  }
}

newMessagePortRpcSession(workerData as Parameters<typeof newMessagePortRpcSession>[0], new Api());
