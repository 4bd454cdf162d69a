/**
 * Doorbell has three parts, and each is imported by its own name: a program loads only what it uses.
 *
 * - `@doorbell-js/doorbell/line`: a client and a server of the line protocol: be told of events over TCP, TLS or a Unix socket
 * - `@doorbell-js/doorbell/kernel`: servers, connections and messages between threads
 * - `@doorbell-js/doorbell/push`: bells: notifications between threads that reveal nothing but the right to ring
 *
 * @packageDocumentation
 */
throw new Error(
  "@doorbell-js/doorbell has three parts, and each is imported by its own name: " +
    "@doorbell-js/doorbell/line (a client and a server of the line protocol, over TCP, TLS or a Unix socket), " +
    "@doorbell-js/doorbell/kernel (servers, connections and messages between threads), " +
    "@doorbell-js/doorbell/push (bells: notifications between threads).",
);
