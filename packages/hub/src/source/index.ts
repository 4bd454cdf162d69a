/** What there is to be told of, behind servers of the kernel. */
export { type News, news, PublicSource, type SourceEntries, sourceName, SourceService } from "./api.ts";
export { boardName, BoardService, PublicBoard } from "./board-api.ts";
export { Classifieds } from "./classifieds.ts";
export { followSource } from "./following.ts";
export { type ConnectedInboxes, connectInboxes, InboxService, newKeys } from "./inbox/index.ts";
export { NetManagerService, serveNetManager, toIpc } from "./net-manager/index.ts";
export { Random } from "./random.ts";
export { keepConnected } from "./reconnecting.ts";
export type { Serving } from "./serve-private.ts";
export { ordersFor, type SourceChoice, type SourceEvent, serveSources } from "./serve-sources.ts";
export type { StoreChoice } from "./serve-stored.ts";
export { SourcesHere } from "./sources-here.ts";
export { SourcesOnThread } from "./thread/index.ts";
