/** The codec: bytes to lines to commands and replies, and back. No I/O. */
export { AD_BYTES_MAX, checkAd, flawOfAd, isProtocolLine } from "./ad.ts";
export { type Command, formatCommand, parseCommand } from "./command.ts";
export { formatReply, parseReply, type Reply } from "./reply.ts";
export { LINE_BYTES_MAX, LineSplitter } from "./splitter.ts";
export { isPlain, isSourceName } from "./text.ts";
