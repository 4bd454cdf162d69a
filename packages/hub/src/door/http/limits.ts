/** What the HTTP door takes at most. Each is an option; docs/http.md says what happens past it. */
export interface HttpLimits {
  /** Connections at once. @default 4096 */
  readonly connectionsMax: number;
  /** Connections at once from one address. @default 2048 */
  readonly connectionsPerAddressMax: number;
  /** Requests that wait for those before them on their connection. @default 32 */
  readonly waitingPerConnectionMax: number;
  /** Bytes of a request's line and headers. @default 16384 */
  readonly headerBytesMax: number;
  /** Bytes of a request's body. @default 16384 */
  readonly bodyBytesMax: number;
  /** How long a request's headers may take, from the connection or the request before. @default 10 s */
  readonly headersTimeoutMs: number;
  /** How long a whole request may take. @default 20 s */
  readonly requestTimeoutMs: number;
  /** How long a connection may stay without a request. @default 30 s */
  readonly keepAliveTimeoutMs: number;
  /** How long an answer may take to be read, save a stream of events. @default 60 s */
  readonly answerTimeoutMs: number;
  /** Streams of events at once. @default 2048 */
  readonly readersMax: number;
  /** Streams of events of one inbox at once. @default 1024 */
  readonly readersPerInboxMax: number;
  /** Bytes that wait for a reader of events; what comes then waits in the store. @default 65536 */
  readonly backlogBytesMax: number;
  /** How often a stream of events has a sign of life; a reader that took nothing from one to the next is cut off. @default 25 s */
  readonly heartbeatMs: number;
  /** Wrong keys and addresses of bells a minute from one address. @default 60 */
  readonly wrongPerMinute: number;
}

export const defaultHttpLimits: HttpLimits = {
  connectionsMax: 4_096,
  connectionsPerAddressMax: 2_048,
  waitingPerConnectionMax: 32,
  headerBytesMax: 16_384,
  bodyBytesMax: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 30_000,
  answerTimeoutMs: 60_000,
  readersMax: 2_048,
  readersPerInboxMax: 1_024,
  backlogBytesMax: 65_536,
  heartbeatMs: 25_000,
  wrongPerMinute: 60,
};
