import { type Command, flawOfAd, formatReply } from "../../codec/index.ts";

/** What a command acts upon: the session that said it. */
export interface Commanded {
  readonly sourceNames: readonly string[];
  readonly takesAds: boolean;
  /** Gives the one line that answers the command. */
  answer(line: string): void;
  /** Answers with the next item of a source that there is. */
  fetch(source: string): void;
  /** Enters notification mode for these sources, or for all. */
  notify(sources: readonly string[]): void;
  stopNotify(): void;
  post(text: string): void;
  quit(): void;
}

type Handlers = {
  readonly [Verb in Command["verb"]]: (session: Commanded, command: Extract<Command, { verb: Verb }>) => void;
};

/** Every command, and what it does. */
const handlers: Handlers = {
  fetch(session, { source }) {
    session.fetch(source);
  },
  notif(session, { sources }) {
    const unknown = sources.find((source) => !session.sourceNames.includes(source));
    if (unknown === undefined) session.notify(sources);
    else session.answer(error(`there is no source "${unknown}": the command "sources" lists them`));
  },
  stop_notif(session) {
    session.stopNotify();
    session.answer(ok);
  },
  post(session, { text }) {
    if (!session.takesAds) return session.answer(error("this server takes no ads"));
    const flaw = flawOfAd(text);
    if (flaw !== undefined) return session.answer(error(flaw));
    // Decoded anew: a slice of the client's chunk would keep the whole chunk in memory for as long as the ad is kept.
    session.post(Buffer.from(text).toString());
  },
  sources(session) {
    session.answer(session.sourceNames.join(" "));
  },
  help(session) {
    const fetches = session.sourceNames.map((name) => `${name}?`).join(" ");
    session.answer(
      `${fetches} notif [source ...] stop_notif${session.takesAds ? " post <text>" : ""} sources ping help quit`,
    );
  },
  ping(session) {
    session.answer("pong");
  },
  quit(session) {
    session.answer(ok);
    session.quit();
  },
};

export function perform(session: Commanded, command: Command): void {
  // The handler of a verb takes the command of that verb: true by the type of the table, which no index type can say.
  (handlers[command.verb] as (session: Commanded, command: Command) => void)(session, command);
}

export const ok: string = formatReply({ kind: "ok" });

export function error(message: string): string {
  return formatReply({ kind: "error", message });
}

export const unknownCommand: string = error("unknown command");
