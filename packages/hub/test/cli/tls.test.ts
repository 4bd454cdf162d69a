import { test } from "node:test";

import { newCertificateFiles } from "@doorbell-js/test-support/certificate";
import { newFolder } from "@doorbell-js/test-support/folder";
import { opensslMissing } from "@doorbell-js/test-support/needs";

import { assertDone, assertFailed } from "../support/assert.ts";
import { doorbell, startHubProcess } from "../support/doorbell.ts";

test(
  "by TLS: a certificate that is known, one that is not, another name, and no TLS at all",
  { skip: opensslMissing },
  async () => {
    using folder = newFolder();
    const { cert, key } = newCertificateFiles(folder);
    await using hub = await startHubProcess({ args: ["--tls-port", "0", "--tls-cert", cert, "--tls-key", key] });
    const tls = ["--tls", "--port", String(hub.tlsPort)];
    assertDone(await doorbell(["post", ...tls, "--ca", cert, "hello"]), "");
    assertDone(await doorbell(["classified", ...tls, "--ca", cert, "--host", "localhost"]), "hello\n");
    assertDone(
      await doorbell(["status", ...tls, "--ca", cert]),
      new RegExp(`^hub {7}127\\.0\\.0\\.1:${hub.tlsPort} \\(TLS\\) is up`),
    );
    assertFailed(
      await doorbell(["random", ...tls]),
      3,
      /has a certificate that is not known here: if it is the right one, name it with --ca/,
    );
    assertFailed(
      await doorbell(["random", "--tls", ...hub.at]),
      3,
      /does not speak TLS: name the hub's TLS port with --port/,
    );
    assertFailed(await doorbell(["random", "--port", String(hub.tlsPort)]), 3, /closed the connection: is it a hub\?/);
    assertFailed(await doorbell(["random", ...tls, "--ca", `${cert}.none`]), 2, /--ca: ENOENT/);
  },
);

test("a certificate for another name is told from one that is not known", { skip: opensslMissing }, async () => {
  using folder = newFolder();
  const { cert, key } = newCertificateFiles(folder);
  const args = ["--host", "0.0.0.0", "--tls-port", "0", "--tls-cert", cert, "--tls-key", key];
  await using hub = await startHubProcess({ args });
  const outcome = await doorbell([
    "random",
    "--tls",
    "--host",
    "127.0.0.2",
    "--port",
    String(hub.tlsPort),
    "--ca",
    cert,
  ]);
  assertFailed(outcome, 3, /has a certificate for another name/);
});
