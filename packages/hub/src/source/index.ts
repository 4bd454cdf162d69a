/** What there is to be told of, behind servers of the kernel. */
export { type Item, type News, news, PublicSource, type SourceEntries, sourceName, SourceService } from "./api.ts";
export { boardName, BoardService, type PostEntries, PublicBoard } from "./board-api.ts";
export { Classifieds } from "./classifieds.ts";
export { NetManager, netName, NetManagerService, PublicNet, serveNetManager, toIpc } from "./net-manager/index.ts";
export { Random } from "./random.ts";
export { serveBoard } from "./serve-board.ts";
export type { Serving } from "./serve-private.ts";
export { serveSource } from "./serve-source.ts";
export { ordersFor, type SourceChoice, type SourceEvent, type SourcePowers, serveSources } from "./serve-sources.ts";
export { SourcesHere } from "./sources-here.ts";
export { SourcesOnThread, type SourceThreadEvent } from "./thread/index.ts";
