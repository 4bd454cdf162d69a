/** The file of keys in a data folder: written by the hub at its first start, read by the commands. */
export { type Keys, keysFrom, type KeysJson, keysToJson } from "./keys.ts";
export { KeysFileError, readKeys, writeKeys } from "./keys-file.ts";
