/** The kernel's own words, about real interfaces in a network of the test's own. */
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { status } from "../../support/mock-backend.ts";
import { Namespace } from "../../support/namespace.ts";
import { namespaceMissing } from "../../support/needs.ts";
import { NetworkProgram } from "../../support/network-program.ts";

const skip = namespaceMissing;

/** A pair of interfaces, each the other's end, without the addresses that IPv6 gives itself. */
const pair = [
  "mount -t sysfs -o ro none /sys",
  "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6",
  "ip link add v0 type veth peer name p0",
];

test("links that go up and down, addresses that come and go, and an interface that is removed", { skip }, async () => {
  await using namespace = await Namespace.create(pair);
  await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink"] });
  await program.sees(status("p0", { linkState: "off" }), status("v0", { linkState: "off" }));
  namespace.ip("link set v0 up");
  await program.sees(status("p0", { linkState: "off" }), status("v0", { linkState: "noCarrier" }));
  namespace.ip("link set p0 up");
  await program.sees(status("p0"), status("v0"));
  namespace.ip("address add 192.0.2.10/24 dev v0");
  namespace.ip("address add 198.51.100.7/32 dev v0");
  await program.sees(status("p0"), status("v0", { ipv4: ["192.0.2.10/24", "198.51.100.7/32"] }));
  namespace.ip("address del 192.0.2.10/24 dev v0");
  await program.sees(status("p0"), status("v0", { ipv4: ["198.51.100.7/32"] }));
  namespace.ip("link set v0 name v1");
  await program.sees(status("p0"), status("v1", { ipv4: ["198.51.100.7/32"] }));
  namespace.ip("link set p0 down");
  await program.sees(
    status("p0", { linkState: "off" }),
    status("v1", { ipv4: ["198.51.100.7/32"], linkState: "noCarrier" }),
  );
  namespace.ip("link del p0");
  await program.sees();
  await program.end();
  await namespace.ended("ip");
});

test("a link that flaps: the last state is told, and holds", { skip }, async () => {
  await using namespace = await Namespace.create([...pair, "ip link set v0 up"]);
  await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink"] });
  for (const last of ["down", "up", "down"]) {
    namespace.run(
      "sh",
      "-c",
      `for n in 1 2 3 4 5 6; do ip link set p0 up; ip link set p0 down; done; ip link set p0 ${last}`,
    );
    const [off, none] = [{ linkState: "off" }, { linkState: "noCarrier" }] as const;
    if (last === "up") await program.sees(status("p0"), status("v0"));
    else await program.sees(status("p0", off), status("v0", none));
    // What the kernel still says of the flaps comes before this, or changes nothing.
    namespace.ip("address add 192.0.2.1/24 dev v0");
    const ipv4 = ["192.0.2.1/24"];
    if (last === "up") await program.sees(status("p0"), status("v0", { ipv4 }));
    else await program.sees(status("p0", off), status("v0", { ...none, ipv4 }));
    namespace.ip("address del 192.0.2.1/24 dev v0");
  }
  await program.end();
});

test("addresses of IPv6 are told when they are no longer being probed for", { skip }, async () => {
  await using namespace = await Namespace.create([
    "mount -t sysfs -o ro none /sys",
    "ip link add v0 type veth peer name p0",
  ]);
  await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink"] });
  namespace.ip("link set p0 up");
  namespace.ip("link set v0 up");
  namespace.ip("-6 address add 2001:db8::10/64 dev v0");
  const told = (): readonly string[] => program.states.at(-1)?.at(-1)?.ipv6 ?? [];
  await program.until("two addresses", () => told().length === 2);
  assert.match(told().join(" "), /^2001:db8::10\/64 fe80::[0-9a-f:]+\/64$/);
  assert.doesNotMatch(namespace.ip("-6 address show dev v0"), /tentative/);
  await program.end();
});

test("a name with what a terminal would act on is told by its escapes", { skip }, async () => {
  await using namespace = await Namespace.create(pair);
  await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink"] });
  namespace.run("ip", "link", "set", "v0", "name", 'v\u0001\u001b[2J"\\');
  await program.sees(
    status("p0", { linkState: "off" }),
    status('v\\x01\\x1b[2J"\\\\', { linkState: "off", wireless: false }),
  );
  await program.end();
});

test(
  "the monitor is killed: what happens meanwhile is seen all the same, and it is started again",
  { skip },
  async () => {
    await using namespace = await Namespace.create([...pair, "ip link set v0 up", "ip link set p0 up"]);
    await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink", "poll"] });
    await program.sees(status("p0"), status("v0"));
    for (const round of [1, 2]) {
      namespace.kill("ip");
      namespace.ip(`address add 192.0.2.${round}/24 dev v0`);
      const ipv4 = round === 1 ? ["192.0.2.1/24"] : ["192.0.2.1/24", "192.0.2.2/24"];
      await program.until(
        "it is started again",
        () => program.events.filter((event) => event === "rtnetlink opened").length > round,
      );
      await program.sees(status("p0"), status("v0", { ipv4 }));
    }
    assert.deepEqual(program.events.slice(0, 4), [
      "rtnetlink opened",
      "rtnetlink failed",
      "poll opened",
      "rtnetlink opened",
    ]);
    await program.end();
    await namespace.ended("ip");
  },
);

test("without ip it looks again and again; an ip that prints nonsense, or too much, is as none", { skip }, async () => {
  using folder = newFolder();
  await using namespace = await Namespace.create([
    ...pair,
    "ip link set v0 up",
    "ip link set p0 up",
    "ip address add 192.0.2.1/24 dev v0",
  ]);
  const monitors = 'case "$*" in *monitor*) exec ip -o monitor link;; esac\n';
  const mock = (name: string, script: string): string => {
    writeFileSync(folder.file(name), `#!/bin/sh\n${monitors}${script}\n`);
    chmodSync(folder.file(name), 0o700);
    return folder.file(name);
  };
  for (const [ip, cause] of [
    [folder.file("missing"), /cannot be run: the package iproute2 brings it/],
    [mock("nonsense", "echo nonsense"), /printed no JSON/],
    [mock("number", "echo 7"), /printed no list/],
    [mock("nameless", `echo '[{"flags":[]}]'`), /without its name or flags/],
    [mock("fails", "echo no >&2; exit 3"), /-j address failed: .*no/s],
    [mock("endless", "head -c 16777217 /dev/zero"), /-j address failed: .*maxBuffer/],
  ] as const) {
    await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink", "poll"], ip });
    // It can tell of nothing that has no address.
    await program.sees(status("v0", { ipv4: ["192.0.2.1/24"] }));
    assert.match(program.printed.find(({ event }) => event === "backendFailed")?.cause ?? "", cause);
    namespace.ip("address add 192.0.2.2/24 dev v0");
    await program.sees(status("v0", { ipv4: ["192.0.2.1/24", "192.0.2.2/24"] }));
    namespace.ip("address del 192.0.2.2/24 dev v0");
    await program.end();
  }
  await namespace.ended("ip");
});

test("what `ip` may print is read to its last byte", { skip }, async () => {
  using folder = newFolder();
  await using namespace = await Namespace.create(pair);
  const ip = folder.file("longest");
  const script = `case "$*" in *monitor*) exec ip -o monitor link;; esac\nprintf '[%*s]' 16777214 ''`;
  writeFileSync(ip, `#!/bin/sh\n${script}\n`);
  chmodSync(ip, 0o700);
  await using program = await NetworkProgram.in(namespace, { backends: ["rtnetlink", "poll"], ip });
  assert.deepEqual(program.events, ["rtnetlink opened"]);
  await program.end();
});
