/** What a counter can be asked, declared once for its clients and its server. */
import { blockingScalar, scalar, service } from "@doorbell-js/doorbell/kernel";

export const Counter = service({
  add: scalar(0, "Adds the first number to the sum."),
  total: blockingScalar(1, "The sum so far."),
});
