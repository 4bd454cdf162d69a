/** Where a client can connect to. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { createServer, type TLSSocket } from "node:tls";

import { newCertificate } from "@doorbell-js/test-support/certificate";
import { newFolder } from "@doorbell-js/test-support/folder";
import { opensslMissing } from "@doorbell-js/test-support/needs";

import { connect } from "../../../src/line/client/client.ts";
import type { ConnectOptions } from "../../../src/line/client/connect.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";

function newServer(): LineServer {
  return new LineServer({ sources: { classified: new MemorySource() } });
}

test("an address that can be none is refused at its call, by name", async () => {
  const wrong: readonly [ConnectOptions, RegExp][] = [
    [{ port: 0 }, /port/],
    [{ port: 65_536 }, /port/],
    [{ port: 1.5 }, /port/],
    [{ path: "/nowhere", tls: true }, /tls/],
    [{ port: 1, tls: { ca: "no certificate", minVersion: "TLSv9" as "TLSv1.2" } }, /TLS options/],
  ];
  for (const [options, message] of wrong) await assert.rejects(connect(options), { code: "InvalidArgument", message });
});

test("a server at an IPv6 address and one at a Unix socket", async () => {
  using folder = newFolder();
  await using server = newServer();
  const path = join(folder.path, "line.sock");
  await server.listen({ path });
  const { port } = await server.listen({ host: "::1", port: 0 });
  for (const options of [{ path }, { host: "::1", port }]) {
    await using client = await connect(options);
    assert.equal(await client.classified(), "");
  }
  await assert.rejects(connect({ path: `${path}.none` }), { code: "CannotConnect", message: /line.sock.none/ });
});

test(
  "TLS: a name is asked for, an address is not, and the certificate is checked against either",
  { skip: opensslMissing },
  async () => {
    const { key, cert } = newCertificate();
    const names: (string | false | null)[] = [];
    const server = createServer({ key, cert }, (socket: TLSSocket) => {
      names.push(socket.servername);
      socket.on("error", () => {});
      socket.on("data", () => socket.write("7\r\n"));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    try {
      for (const host of ["localhost", "127.0.0.1"]) {
        await using client = await connect({ host, port, tls: { ca: cert } });
        assert.equal(await client.random(), 7);
      }
      await assert.rejects(connect({ host: "127.0.0.1", port, tls: true }), {
        code: "CannotConnect",
        message: /self-signed/,
      });
      await assert.rejects(connect({ host: "127.0.0.1", port, tls: { ca: cert, servername: "elsewhere.example" } }), {
        code: "CannotConnect",
      });
      // Warnings are emitted in a later turn.
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(warnings, []);
      assert.deepEqual(names.slice(0, 2), ["localhost", false]);
    } finally {
      process.off("warning", warned);
      await new Promise((resolve) => server.close(resolve));
    }
  },
);
