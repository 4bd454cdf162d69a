/** What brings a session its bytes: stream sockets over TCP, TLS and Unix. */
export { startListening, streamServer } from "./listen.ts";
export { SocketCarrier } from "./socket.ts";
export { handshaker } from "./tls.ts";
export { listenUnix } from "./unix.ts";
