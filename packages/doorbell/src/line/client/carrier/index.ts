/** What brings the client its bytes: TCP, TLS and Unix sockets. */
export { dialer, type ServerAddress } from "./dial.ts";
