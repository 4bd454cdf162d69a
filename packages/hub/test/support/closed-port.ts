import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port at which nothing listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const [port] = await closedPorts(1);
  return port as number;
}

/** Some, and none of them twice. */
export async function closedPorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
