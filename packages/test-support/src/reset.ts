import type { Socket } from "node:net";

/**
 * Breaks a connection in the rudest way that there is. Of a socket that is ending, Node (20.20) would keep half a handle, and the
 * process would never end: that one is closed.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
