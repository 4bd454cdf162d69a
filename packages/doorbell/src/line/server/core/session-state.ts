/**
 * What a session is about. `open`: commands are answered. `ending`: the last line is on its way, nothing more is heard.
 *
 * A session's events are its methods under "what the carrier says", "what time says", "what sources say" and "what its
 * keys say". Commands are *held* while the last one waits for its source, while the client has not read the
 * last answers, and while it sent more in a second than it may. What each event does in each state:
 *
 * | event | open | ending | closed |
 * |---|---|---|---|
 * | received | read on, or wait if held | discard | |
 * | inputEnded, stop | answer what came, then end | | |
 * | drained | announce what is due, read on | | |
 * | flushed | | linger | |
 * | closed | closed | closed | |
 * | rang | announce, or keep as due | | |
 * | a source replies | answer, read on | | |
 * | its key ended | answer what came, then end | | |
 * | time is up: idle | leave notification mode | | |
 * | … reply | answer with an error, read on | | |
 * | … window | read on | | |
 * | … stall | destroy | destroy | |
 * | … linger | | destroy | |
 *
 * What holds:
 * 1. One answer for each command, in order (test: model).
 * 2. After the `OK` of `stop_notif` no notification follows, unless `notif` stands directly behind it: then the mode goes on, and
 *    between the two `OK`s there is none (test: model, leaving).
 * 3. In notification mode, nothing that became available is left unannounced once the client has read (test: model).
 * 4. What waits for the client never passes `pendingBytesMax` by more than one write and one `OK` (test: model, T08).
 * 5. A closed session is in no list of the server (test: T12).
 */
export type SessionState = "open" | "ending" | "closed";
