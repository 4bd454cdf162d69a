export { Credits } from "./credits.ts";
export { CONNECTIONS_IN_LANE, CONNECTIONS_IN_PAGE, half, Kind, laneBytes, type RingSize, Where } from "./layout.ts";
export { RingReader, type Slot } from "./ring-reader.ts";
export { RingWriter } from "./ring-writer.ts";
export { Asleep, Wake, wakeBytes } from "./wake.ts";
