import {
  bool,
  bytes,
  f64,
  type Infer,
  i16,
  list,
  oneOf,
  option,
  record,
  type Shape,
  text,
  u16,
  u32,
  u8,
  unit,
  variant,
} from "@doorbell-js/doorbell/kernel/archive";

const network = record({
  ssid: text(32),
  bssid: text(17),
  signal: i16,
  channel: u8,
  security: oneOf("open", "wep", "wpa2", "wpa3"),
  lastSeenMs: f64,
  note: option(text(200)),
});

/** What a radio might tell its server: short texts, numbers, options, a list of records, a union. */
const scan = record({
  device: text(40),
  sequence: u32,
  atMs: f64,
  uptimeS: f64,
  battery: option(u8),
  linkState: u16,
  roaming: bool,
  digest: bytes(32),
  state: variant({
    idle: unit,
    up: record({ address: text(45), gateway: text(45), leaseS: u32 }),
    failed: record({ reason: text(200), attempts: u16 }),
  }),
  networks: list(network, 64),
});

const scans = list(scan, 256);

/** A value to encode and decode, and its shape. */
export interface Job {
  readonly name: string;
  readonly shape: Shape<unknown>;
  readonly value: unknown;
  /** How many times faster than the best library we want to be. */
  readonly ratioMin: number;
}

export const small: Job = { name: "about 1 KiB", shape: scan, value: scanNumber(0), ratioMin: 2 };

export const large: Job = {
  name: "about 64 KiB",
  shape: scans,
  value: Array.from({ length: 66 }, (_, number) => scanNumber(number)),
  ratioMin: 1.3,
};

function scanNumber(number: number): Infer<typeof scan> {
  return {
    device: `radio-${1000 + number}.hall.example`,
    sequence: 70_000 + number,
    atMs: 1_790_000_000_000 + number * 250.5,
    uptimeS: number * 3.25,
    battery: number % 2 === 0 ? 87 : undefined,
    linkState: 3,
    roaming: number % 3 === 0,
    digest: Uint8Array.from({ length: 32 }, (_, index) => (index * 7 + number) & 0xff),
    state:
      number % 4 === 3
        ? { kind: "failed", value: { reason: "The access point did not answer the fourth handshake", attempts: 4 } }
        : { kind: "up", value: { address: "192.168.178.27", gateway: "192.168.178.1", leaseS: 86_400 } },
    networks: Array.from({ length: 14 }, (_, index) => networkNumber(number + index)),
  };
}

function networkNumber(number: number): Infer<typeof network> {
  const names = ["Café am Markt", "FRITZ!Box 7590", "eduroam", "Gäste", "warehouse-5GHz", "printer"];
  return {
    ssid: names[number % names.length] as string,
    bssid: `3c:a6:2f:00:${String(10 + (number % 80))}:${String(10 + (number % 70))}`,
    signal: -30 - (number % 60),
    channel: 1 + (number % 13),
    security: (["open", "wpa2", "wpa3"] as const)[number % 3] as "open" | "wpa2" | "wpa3",
    lastSeenMs: 1_790_000_000_000 - number * 17.5,
    note: number % 7 === 0 ? "Seen from the second floor only; the signal comes and goes with the lift" : undefined,
  };
}
