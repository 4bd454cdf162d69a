/**
 * Doorbell has three parts, and each is imported by its own name: a program loads only what it uses.
 *
 * - `@doorbell-js/doorbell/line`: a client and a server of the line protocol: be told of events over TCP, TLS or a Unix socket
 * - `@doorbell-js/doorbell/kernel`: servers, connections and messages between threads
 * - `@doorbell-js/doorbell/push`: bells: notifications between threads that reveal nothing but the right to ring
 *
 * The names below are here so that Node comes as far as this module's error, and does not only say that it lacks them.
 *
 * @packageDocumentation
 */

/** @deprecated Import it from `@doorbell-js/doorbell/line`. */
export const connect: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/line`. */
export const Client: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/line`. */
export const HigherLevelClient: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/line`. */
export const LineServer: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/kernel`. */
export const Kernel: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/kernel`. */
export const Sid: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/push`. */
export const Subscriber: never = parts();
/** @deprecated Import it from `@doorbell-js/doorbell/push`. */
export const publish: never = parts();

function parts(): never {
  throw new Error(
    "@doorbell-js/doorbell has three parts, and each is imported by its own name: " +
      "@doorbell-js/doorbell/line (a client and a server of the line protocol, over TCP, TLS or a Unix socket), " +
      "@doorbell-js/doorbell/kernel (servers, connections and messages between threads), " +
      "@doorbell-js/doorbell/push (bells: notifications between threads).",
  );
}
