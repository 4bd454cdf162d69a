export { NameService, nameServerSid } from "./api.ts";
export { type NamedServerOptions, Names } from "./names.ts";
export { serveNames } from "./server.ts";
